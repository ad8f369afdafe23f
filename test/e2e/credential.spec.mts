import { findFreePort } from '../../scripts/ports.mts';
import { expect, test } from './fixtures.mts';

test.describe('The credential dialog', () => {
	test.beforeEach(({ credentialDialog }) => credentialDialog.open());
	test.afterEach(({ credentialDialog }) => credentialDialog.close());

	test('it asks for App ID, App Key, Base URL and API Version, and explains each', async ({
		credentialDialog: dialog,
	}) => {
		await expect(dialog.input('baseUrl')).toHaveValue('https://idv-eu.kairos.com');
		await expect(dialog.input('appSecretKey')).toHaveAttribute('type', 'password');
		for (const [name, label, help] of [
			['appId', 'App ID', 'ID of your application'],
			['appSecretKey', 'App Key', 'secret key of your application'],
			['baseUrl', 'Base URL', 'URL of the Kairos service'],
			['apiVersion', 'API Version', 'Version of the API'],
		] as const) {
			await expect(dialog.parameter(name)).toContainText(label);
			await dialog.askAbout(name);
			await expect(dialog.page.getByText(help).first()).toBeVisible();
		}
	});

	test('its Test names App ID and App Key when the keys are wrong, and is green with the right ones', async ({
		credentialDialog: dialog,
		sandbox,
	}) => {
		const keys = { appId: 'sandbox', appSecretKey: 'wrong', baseUrl: sandbox.url };
		await dialog.save(keys);
		await dialog.showDetails();
		await expect(dialog.root).toContainText('Kairos rejected the App ID or App Key. Check both.');
		await dialog.save({ ...keys, appSecretKey: 'sandbox' });
		await expect(dialog.root.getByText('Connection tested successfully')).toBeVisible();
	});

	test('its Test names Base URL when something else is at the address, and says in the word of n8n when nothing is', async ({
		credentialDialog: dialog,
		n8n,
	}) => {
		const keys = { appId: 'sandbox', appSecretKey: 'sandbox' };
		await dialog.save({ ...keys, baseUrl: `${n8n.url}/rest` });
		await dialog.showDetails();
		await expect(dialog.root).toContainText(
			'There is no Kairos API at this address. Check Base URL',
		);
		await dialog.save({ ...keys, baseUrl: `http://127.0.0.1:${await findFreePort()}` });
		await expect(dialog.root).toContainText('ECONNREFUSED');
	});
});
