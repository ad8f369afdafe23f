import { findFreePort } from '../../scripts/ports.mts';
import { expect, test } from './fixtures.mts';

test.describe('The credential dialog', () => {
	test('it asks for App ID, App Key, Base URL and API Version, and explains each', async ({
		credentialDialog: dialog,
	}) => {
		await dialog.open();
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

	test('its Test is green with the right keys', async ({ credentialDialog: dialog, sandbox }) => {
		await dialog.open();
		await dialog.save({ appId: 'sandbox', appSecretKey: 'sandbox', baseUrl: sandbox.url });
		await expect(dialog.root.getByText('Connection tested successfully')).toBeVisible();
	});

	test('its Test names App ID and App Key when the keys are wrong', async ({
		credentialDialog: dialog,
		sandbox,
	}) => {
		await dialog.open();
		await dialog.save({ appId: 'sandbox', appSecretKey: 'wrong', baseUrl: sandbox.url });
		await dialog.showDetails();
		await expect(dialog.root).toContainText('Kairos rejected the App ID or App Key. Check both.');
	});

	test('its Test says, in the word of n8n, when nothing answers at the address', async ({
		credentialDialog: dialog,
	}) => {
		const baseUrl = `http://127.0.0.1:${await findFreePort()}`;
		await dialog.open();
		await dialog.save({ appId: 'sandbox', appSecretKey: 'sandbox', baseUrl });
		await dialog.showDetails();
		await expect(dialog.root).toContainText('ECONNREFUSED');
	});

	test('its Test names Base URL when something else is at the address', async ({
		credentialDialog: dialog,
		n8n,
	}) => {
		await dialog.open();
		await dialog.save({
			...{ appId: 'sandbox', appSecretKey: 'sandbox' },
			baseUrl: `${n8n.url}/rest`,
		});
		await dialog.showDetails();
		await expect(dialog.root).toContainText(
			'There is no Kairos API at this address. Check Base URL',
		);
	});
});
