import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { findFreePort } from '../../../scripts/ports.mts';
import { Editor } from '../pages/editor.mts';
import { keepDocsScreenshot, keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

interface Fields {
	appId: string;
	appSecretKey: string;
	baseUrl: string;
}

/** The dialog of the Kairos credential, and its Test. */
export function credentialSuite(stage: Stage): Suite {
	const sandboxKeys: Fields = {
		appId: 'sandbox',
		appSecretKey: 'sandbox',
		baseUrl: stage.sandboxUrl,
	};
	const save = async (fields: Fields) => {
		const dialog = await openDialog(await stage.ownerPage(), stage.n8nUrl);
		for (const [name, value] of Object.entries(fields))
			await input(dialog, name).fill(String(value));
		await dialog.locator('[data-test-id="credential-save-button"]').click();
		return dialog;
	};
	const refuses = async (fields: Partial<Fields>, message: RegExp, picture: string) => {
		const dialog = await save({ ...sandboxKeys, ...fields });
		await dialog.getByText('More details').click();
		await dialog.getByText(message).waitFor();
		await keepScreenshot(dialog.page(), picture);
	};
	return {
		title: 'The credential dialog',
		tests: [
			[
				'it asks for App ID, App Key, Base URL and API Version, and explains each',
				async () => {
					const page = await stage.ownerPage();
					const dialog = await openDialog(page, stage.n8nUrl);
					const text = await dialog.innerText();
					for (const label of ['App ID', 'App Key', 'Base URL', 'API Version']) {
						assert.ok(text.includes(label), `${label} is not there`);
					}
					assert.equal(await input(dialog, 'baseUrl').inputValue(), 'https://idv-eu.kairos.com');
					assert.equal(await input(dialog, 'appSecretKey').getAttribute('type'), 'password');
					await keepScreenshot(page, 'credential-new');
					for (const [name, help] of [
						['appId', /ID of your application/],
						['appSecretKey', /secret key of your application/],
						['baseUrl', /Address of the service/],
						['apiVersion', /Version of the API/],
					] as const) {
						await explains(dialog, name, help);
					}
				},
			],
			[
				'its Test is green with the right keys',
				async () => {
					const dialog = await save(sandboxKeys);
					await dialog.getByText('Connection tested successfully').waitFor();
					await new Editor(dialog.page(), stage.n8nUrl).closeNotices();
					await keepDocsScreenshot(dialog.page(), 'credential');
				},
			],
			[
				'its Test names App ID and App Key when the keys are wrong',
				() =>
					refuses(
						{ appSecretKey: 'wrong' },
						/does not accept these keys\. Check App ID and App Key/,
						'credential-wrong-keys',
					),
			],
			[
				'its Test says, in the word of n8n, when nothing answers at the address',
				async () =>
					refuses(
						{ baseUrl: `http://127.0.0.1:${await findFreePort()}` },
						/ECONNREFUSED/,
						'credential-server-down',
					),
			],
			[
				'its Test names Base URL when something else is at the address',
				() =>
					refuses(
						{ baseUrl: `${stage.n8nUrl}/rest` },
						/no Kairos API at this address\. Check Base URL/,
						'credential-wrong-address',
					),
			],
		],
	};
}

async function openDialog(page: Page, n8nUrl: string): Promise<Locator> {
	await page.goto(`${n8nUrl}/home/credentials/create`);
	const select = page.locator('[data-test-id="new-credential-type-select"] input');
	await select.click();
	await select.fill('Kairos');
	await page.locator('[data-test-id="new-credential-type-select-option"]').first().click();
	await page.locator('[data-test-id="new-credential-type-button"]').click();
	const dialog = page.locator('[data-test-id="editCredential-modal"]');
	await input(dialog, 'appId').waitFor();
	return dialog;
}

function input(dialog: Locator, name: string): Locator {
	return dialog.locator(`[data-test-id="parameter-input-${name}"] input`);
}

/** Hovers over the sign beside a label, as a person does who wants to know more. */
async function explains(dialog: Locator, name: string, help: RegExp): Promise<void> {
	const parameter = dialog.locator(`[data-test-id="${name}"]`);
	await parameter.hover();
	await parameter.locator('[data-icon="circle-help"], .n8n-icon').first().hover();
	await dialog.page().getByText(help).first().waitFor();
}
