import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { test as base, type BrowserContext, expect, type Page } from '@playwright/test';
import sharp from 'sharp';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { installPackage } from '../../scripts/n8n/package.mts';
import type { Owner } from '../../scripts/n8n/owner.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { startN8n } from '../../scripts/n8n/server.mts';
import { ROOT, RUNTIME } from '../../scripts/paths.mts';
import { step } from '../../scripts/bootstrap.mjs';
import { makeSamples } from '../../scripts/samples.mts';
import {
	SANDBOX_PORT,
	type Sandbox,
	sandboxCredential,
	startSandbox,
} from '../../scripts/sandbox.mts';
import { TARBALL } from './globalSetup.mts';
import { CredentialDialog } from './pages/credentialDialog.mts';
import { HEADER_AUTH, SMTP } from './examples.mts';
import { EditorPage } from './pages/editorPage.mts';
import { IdentityForm } from './pages/identityForm.mts';
import { OnboardingForm } from './pages/onboardingForm.mts';
import { ReviewPage } from './pages/reviewPage.mts';

export { expect };

const DOCS_FOLDER = join(ROOT, 'docs', 'images');
/** n8n takes away the files of executions that are not to be kept: by default every 15 minutes. */
const DELETES_EVERY_MINUTES = '0.05';
const WCAG_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** A fresh n8n with the package installed as users have it. */
export interface N8n {
	/** `http://127.0.0.1:5678` */
	url: string;
	owner: Owner;
	/** Logged in as the owner. */
	client: N8nClient;
	/** The folder that workflows may read and write; it holds the sample images. */
	files: string;
	/** The id of the credential that the examples name. */
	credentialId: string;
	/** What a browser holds in which the owner is logged in. */
	ownerCookies: Parameters<BrowserContext['addCookies']>[0];
}

export interface DocsOptions {
	/** Whether the images of the documentation are taken anew. */
	updatesDocs: boolean;
}

interface Fixtures {
	/** The page of somebody who is logged in to n8n; `page` is that of a visitor. */
	ownerPage: Page;
	editor: EditorPage;
	credentialDialog: CredentialDialog;
	form: OnboardingForm;
	identityForm: IdentityForm;
	review: ReviewPage;
	/** Where that was asked for, stages and takes an image for the documentation. */
	keepForDocs: (name: string, take: () => Promise<Buffer>) => Promise<void>;
}

interface WorkerFixtures extends DocsOptions {
	sandbox: Sandbox;
	n8n: N8n;
	/** Logged in to n8n. One for all tests: its cache makes n8n's editor quick to load. */
	ownerContext: BrowserContext;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
	updatesDocs: [false, { option: true, scope: 'worker' }],
	sandbox: [
		async ({ updatesDocs }, use) => {
			const sandbox = await step('Start the sandbox', 'about 2 s', () =>
				startSandbox(updatesDocs ? SANDBOX_PORT : 0),
			);
			await use(sandbox);
			await sandbox.process.stop();
		},
		{ scope: 'worker', timeout: 0 },
	],
	n8n: [
		async ({ sandbox, playwright }, use, { parallelIndex }) => {
			const folder = join(RUNTIME, 'e2e', `n8n-${parallelIndex}`);
			const files = join(folder, 'files');
			rmSync(folder, { recursive: true, force: true });
			mkdirSync(files, { recursive: true });
			const installation = await ensureN8n();
			const server = await step('Start n8n', 'about 15 s', async () => {
				await makeSamples(files);
				await installPackage(String(process.env[TARBALL]), folder);
				const env = { EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: DELETES_EVERY_MINUTES };
				return await startN8n({ installation, userFolder: folder, filesFolder: files, env });
			});
			const { url, owner } = server;
			const client = new N8nClient(url);
			await client.logIn(owner);
			const login = { emailOrLdapLoginId: owner.email, password: owner.password };
			const browser = await playwright.request.newContext();
			await browser.post(`${url}/rest/login`, { data: login });
			const { cookies: ownerCookies } = await browser.storageState();
			const credential = { ...sandboxCredential(sandbox.url), name: 'Kairos API' };
			const credentialId = await client.saveCredential(credential);
			await client.saveCredential(HEADER_AUTH);
			await client.saveCredential(SMTP);
			await use({ url, owner, client, files, credentialId, ownerCookies });
			await browser.dispose();
			await server.process.stop();
		},
		{ scope: 'worker', timeout: 0 },
	],
	baseURL: async ({ n8n }, use) => use(n8n.url),
	ownerContext: [
		async ({ browser, n8n }, use, { project }) => {
			const { viewport = null, colorScheme = 'light', deviceScaleFactor = 1 } = project.use;
			const context = await browser.newContext({
				...{ baseURL: n8n.url, viewport, colorScheme, deviceScaleFactor },
			});
			await context.addCookies(n8n.ownerCookies);
			await use(context);
			await context.close();
		},
		{ scope: 'worker' },
	],
	ownerPage: async ({ ownerContext, actionTimeout, navigationTimeout }, use) => {
		const page = await ownerContext.newPage();
		page.setDefaultTimeout(actionTimeout ?? 0);
		page.setDefaultNavigationTimeout(navigationTimeout ?? 0);
		await use(page);
		await page.close();
	},
	editor: async ({ ownerPage }, use) => use(new EditorPage(ownerPage)),
	credentialDialog: async ({ ownerPage }, use) => use(new CredentialDialog(ownerPage)),
	form: async ({ page }, use) => use(new OnboardingForm(page)),
	identityForm: async ({ page }, use) => use(new IdentityForm(page)),
	review: async ({ page, n8n }, use) => use(new ReviewPage(page, n8n.client)),
	keepForDocs: async ({ updatesDocs }, use) =>
		use(async (name, take) => {
			if (!updatesDocs) return;
			await sharp(await take())
				.webp({ quality: 80, effort: 6 })
				.toFile(join(DOCS_FOLDER, `${name}.webp`));
		}),
});

/** Fails when the page breaks a rule of WCAG 2.2, level AA, that a machine can check. */
export async function expectAccessible(page: Page): Promise<void> {
	await expectNothingFound(new AxeBuilder({ page }).withTags(WCAG_AA));
}

/**
 * Fails when a text stands out too little from what is behind it.
 *
 * @param part the selector of what is looked at: elsewhere n8n has texts of its own
 */
export async function expectReadable(page: Page, part: string): Promise<void> {
	await expectNothingFound(new AxeBuilder({ page }).include(part).withRules('color-contrast'));
}

async function expectNothingFound(axe: AxeBuilder): Promise<void> {
	const { violations } = await axe.analyze();
	const found = violations.flatMap(({ id, nodes }) =>
		nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
	);
	expect(found).toEqual([]);
}
