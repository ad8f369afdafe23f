import { rmSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import sharp from 'sharp';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { ensurePackage, installPackage } from '../../scripts/n8n/package.mts';
import type { Owner } from '../../scripts/n8n/owner.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { type N8nServer, startN8n } from '../../scripts/n8n/server.mts';
import { ROOT, RUNTIME } from '../../scripts/paths.mts';
import { stopAll } from '../../scripts/processes.mts';
import { step } from '../../scripts/bootstrap.mjs';
import { startMailbox } from '../../scripts/mailbox.mts';
import { makeSamples } from '../../scripts/samples.mts';
import {
	SANDBOX_PORT,
	type Sandbox,
	sandboxCredential,
	serviceOf,
	startSandbox,
} from '../../scripts/sandbox.mts';
import { DELETE_SOON, prepareClusters } from '../queue/cluster.mts';
import { Applicant } from './applicant.mts';
import { BASIC_AUTH, HEADER_AUTH, Identity, N8N_API, SMTP } from './examples.mts';
import type { N8n } from './n8n.mts';
import { CapturePage } from './pages/capturePage.mts';
import { CredentialDialog } from './pages/credentialDialog.mts';
import { EditorPage } from './pages/editorPage.mts';
import { OnboardingForm } from './pages/onboardingForm.mts';
import { ReviewPage } from './pages/reviewPage.mts';

export { expect, type N8n };

const DOCS_FOLDER = join(ROOT, 'docs', 'images');
const WCAG_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** How a page is looked at: on a phone in dark, then as it was before, at a desk in light. */
const LOOKS = [
	{ colorScheme: 'dark', viewport: { width: 390, height: 844 } },
	{ colorScheme: 'light', viewport: { width: 1440, height: 900 } },
] as const;

export interface DocsOptions {
	/** Whether the images of the documentation are taken anew. */
	updatesDocs: boolean;
}

interface Fixtures {
	editor: EditorPage;
	credentialDialog: CredentialDialog;
	/** Somebody whom no test has onboarded yet. */
	applicant: Applicant;
	form: OnboardingForm;
	capture: CapturePage;
	review: ReviewPage;
	/** Where that was asked for, stages and takes an image for the documentation. */
	keepForDocs: (name: string, take: () => Promise<Buffer>) => Promise<void>;
}

interface WorkerFixtures extends DocsOptions {
	sandbox: Sandbox;
	n8n: N8n;
	/** The workflows of the example `identity-onboarding`, published. */
	identity: Identity;
	/**
	 * The page of somebody who is logged in to n8n; `page` is that of a visitor. One for all tests:
	 * to load n8n's editor takes a browser ten seconds.
	 */
	ownerPage: Page;
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
			const { E2E_N8N, E2E_QUEUE } = process.env;
			// A container holds on to the folder that it was given.
			if (!E2E_N8N) rmSync(folder, { recursive: true, force: true });
			await makeSamples(files);
			const start = E2E_N8N ? useRunning : E2E_QUEUE ? startInQueueMode : startAlone;
			const { url, owner } = await start(files, folder);
			const client = new N8nClient(url);
			await client.logIn(owner);
			const login = { emailOrLdapLoginId: owner.email, password: owner.password };
			const browser = await playwright.request.newContext();
			await browser.post(`${url}/rest/login`, { data: login });
			const { cookies: ownerCookies } = await browser.storageState();
			const credential = { ...sandboxCredential(sandbox.url), name: 'Kairos API' };
			const credentialId = await client.saveCredential(credential);
			const mailbox = await startMailbox(SMTP.name);
			for (const other of [HEADER_AUTH, BASIC_AUTH, mailbox.credential]) {
				await client.saveCredential(other);
			}
			const data = { apiKey: await makeApiKey(client), baseUrl: `${url}/api/v1` };
			await client.saveCredential({ ...N8N_API, data });
			await use({ url, client, files, credentialId, mailbox, ownerCookies });
			await browser.dispose();
			await mailbox.stop();
			await stopAll();
		},
		{ scope: 'worker', timeout: 0 },
	],
	identity: [
		async ({ n8n, sandbox }, use) => {
			const identity = new Identity(n8n, serviceOf(sandbox.url));
			await identity.publishAll();
			await use(identity);
		},
		{ scope: 'worker' },
	],
	baseURL: async ({ n8n }, use) => use(n8n.url),
	ownerPage: [
		async ({ browser, n8n }, use, { project }) => {
			const { viewport = null, colorScheme = 'light', deviceScaleFactor = 1 } = project.use;
			const { actionTimeout = 0, navigationTimeout = 0 } = project.use;
			const look = { viewport, colorScheme, deviceScaleFactor };
			const context = await browser.newContext({ baseURL: n8n.url, ...look });
			await context.addCookies(n8n.ownerCookies);
			const page = await context.newPage();
			page.setDefaultTimeout(actionTimeout);
			page.setDefaultNavigationTimeout(navigationTimeout);
			await use(page);
			await context.close();
		},
		{ scope: 'worker' },
	],
	editor: async ({ ownerPage }, use) => use(new EditorPage(ownerPage)),
	credentialDialog: async ({ ownerPage }, use) => use(new CredentialDialog(ownerPage)),
	applicant: async ({ identity }, use) => use(new Applicant(identity)),
	form: async ({ page }, use) => use(new OnboardingForm(page)),
	capture: async ({ page }, use) => use(new CapturePage(page)),
	review: async ({ page }, use) => use(new ReviewPage(page)),
	keepForDocs: async ({ updatesDocs }, use) =>
		use(async (name, take) => {
			if (!updatesDocs) return;
			await sharp(await take())
				.webp({ quality: 80, effort: 6 })
				.toFile(join(DOCS_FOLDER, `${name}.webp`));
		}),
});

/** An n8n that the tests use, and who may log in. */
type UsedN8n = Pick<N8nServer, 'url'> & { owner: Pick<Owner, 'email' | 'password'> };

/** An n8n that is running already: see CONTRIBUTING.md. */
function useRunning(): UsedN8n {
	const { E2E_N8N = '', E2E_EMAIL = '', E2E_PASSWORD = '' } = process.env;
	return { url: new URL(E2E_N8N).origin, owner: { email: E2E_EMAIL, password: E2E_PASSWORD } };
}

async function startAlone(filesFolder: string, userFolder: string): Promise<UsedN8n> {
	const installation = await ensureN8n();
	await installPackage(await ensurePackage(), userFolder);
	return await step('Start n8n', 'about 15 s', () =>
		startN8n({ installation, userFolder, filesFolder, env: DELETE_SOON }),
	);
}

/** `E2E_QUEUE=1 npm run test:e2e`: with PostgreSQL, Redis, and two workers. */
async function startInQueueMode(filesFolder: string): Promise<UsedN8n> {
	const { startCluster } = await prepareClusters();
	return (await startCluster('e2e', { N8N_RESTRICT_FILE_ACCESS_TO: filesFolder })).main;
}

/**
 * Fails when the page, in light or in dark, breaks a rule of WCAG 2.2, level AA, that a machine can
 * check, or is wider than a phone.
 */
export async function expectAccessible(page: Page): Promise<void> {
	for (const { colorScheme, viewport } of LOOKS) {
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize(viewport);
		const width = await page.locator('html').evaluate(widthOf);
		expect(width, 'how wide the page is').toBeLessThanOrEqual(viewport.width);
		await expectNothingFound(new AxeBuilder({ page }).withTags(WCAG_AA));
	}
}

/**
 * Fails when a text, in light or in dark, stands out too little from what is behind it.
 *
 * @param part the selector of what is looked at: elsewhere n8n has texts of its own
 */
export async function expectReadable(page: Page, part: string): Promise<void> {
	for (const { colorScheme } of LOOKS) {
		await page.emulateMedia({ colorScheme });
		await expectNothingFound(new AxeBuilder({ page }).include(part).withRules('color-contrast'));
	}
}

function widthOf({ scrollWidth }: { scrollWidth: number }): number {
	return scrollWidth;
}

async function expectNothingFound(axe: AxeBuilder): Promise<void> {
	// In the page itself, since nothing here is in a frame: a page for the report alone takes long.
	const { violations } = await axe.setLegacyMode().analyze();
	const found = violations.flatMap(({ id, nodes }) =>
		nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
	);
	expect(found).toEqual([]);
}

/** Makes a key for n8n's public API that may list and delete executions. */
async function makeApiKey(client: N8nClient): Promise<string> {
	const scopes = await client.call<string[]>('GET', '/rest/api-keys/scopes');
	const { rawApiKey } = await client.call<{ rawApiKey: string }>('POST', '/rest/api-keys', {
		label: N8N_API.name,
		scopes: scopes.filter((scope) => scope.startsWith('execution:')),
		expiresAt: null,
	});
	return rawApiKey;
}
