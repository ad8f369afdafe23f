import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { DEMO_OWNER as OWNER, sandboxCredential } from '../../scripts/demo/setUp.mts';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { buildPackage, installPackage } from '../../scripts/n8n/package.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { startN8n } from '../../scripts/n8n/server.mts';
import { N8nSession } from '../../scripts/n8n/session.mts';
import { RUNTIME } from '../../scripts/paths.mts';
import { makePictures } from '../../scripts/pictures.mts';
import { startSandbox } from '../../scripts/sandbox.mts';
import { step } from '../../scripts/setup/progress.mjs';
import { findChromium, startChromium } from './chromium.mts';

const FOLDER = join(RUNTIME, 'e2e');
/** As wide as the editor needs, and as a person who fills in a form may have. */
const EDITOR_WINDOW = { width: 1440, height: 900 };
const FORM_WINDOW = { width: 720, height: 640 };
/** For a page of the editor on a machine that does much else. */
const PAGE_WITHIN_MS = 60_000;
const ELEMENT_WITHIN_MS = 20_000;

export type Theme = 'light' | 'dark';

/** All that is up while the tests run. */
export interface Stage {
	/** `http://127.0.0.1:5678` */
	n8nUrl: string;
	sandboxUrl: string;
	client: N8nClient;
	/** For what the client has no method for. */
	session: N8nSession;
	/** The folder that workflows may read and write; it holds the sample pictures. */
	files: string;
	/** The id of the credential that the examples name. */
	credentialId: string;
	/** A page of a browser in which nobody is logged in: a person who fills in a form. */
	visitorPage(theme?: Theme): Promise<Page>;
	/** A page of a browser in which the owner of n8n is logged in. */
	ownerPage(theme?: Theme): Promise<Page>;
	/** The pages that are open, of the test that failed. */
	openPages(): Page[];
	closePages(): Promise<void>;
	close(): Promise<void>;
}

/**
 * Starts a fresh n8n with the package installed as users have it, the sandbox behind it, and a
 * browser.
 *
 * @throws {SetupError} saying what is missing and how to get it
 */
export async function setStage(): Promise<Stage> {
	const chromium = findChromium();
	const tarball = await step('Build and pack the node', 'about 10 s', buildPackage);
	const installation = await ensureN8n();
	const files = join(FOLDER, 'files');
	rmSync(FOLDER, { recursive: true, force: true });
	mkdirSync(files, { recursive: true });
	const [n8n, sandbox, browser] = await step(
		'Start n8n, the sandbox and Chromium',
		'about 20 s',
		() =>
			Promise.all([
				installPackage(tarball, FOLDER).then(() =>
					startN8n({ installation, userFolder: FOLDER, filesFolder: files }),
				),
				startSandbox(),
				startChromium(chromium),
				makePictures(files),
			]),
	);
	rmSync(dirname(tarball), { recursive: true, force: true });
	const client = new N8nClient(n8n.url);
	await client.logIn(OWNER);
	const credential = { ...sandboxCredential(sandbox.url), name: 'Kairos API' };
	return {
		n8nUrl: n8n.url,
		sandboxUrl: sandbox.url,
		client,
		session: await sessionAt(n8n.url),
		files,
		credentialId: await client.saveCredential(credential),
		...(await pagesOf(browser, n8n.url)),
	};
}

/** A session beside the client's, for requests that only the tests make. */
async function sessionAt(n8nUrl: string): Promise<N8nSession> {
	const session = new N8nSession(n8nUrl);
	const { email, password } = OWNER;
	await session.call('POST', '/rest/login', { emailOrLdapLoginId: email, password });
	return session;
}

type Pages = Pick<Stage, 'visitorPage' | 'ownerPage' | 'openPages' | 'closePages' | 'close'>;

async function pagesOf(browser: Browser, n8nUrl: string): Promise<Pages> {
	const state = await logIn(browser, n8nUrl);
	// One for each theme, kept for the whole run: its cache holds the editor, which is large.
	const owners = new Map<Theme, BrowserContext>();
	const visitors = new Set<BrowserContext>();
	const open = () => [...owners.values(), ...visitors].flatMap((context) => context.pages());
	return {
		visitorPage: async (theme = 'light') => {
			const context = await browser.newContext({ viewport: FORM_WINDOW, colorScheme: theme });
			visitors.add(limited(context));
			return await context.newPage();
		},
		ownerPage: async (theme = 'light') => {
			const context = owners.get(theme) ?? (await ownerContext(browser, theme, state));
			owners.set(theme, context);
			return await context.newPage();
		},
		openPages: open,
		closePages: async () => {
			await Promise.all(open().map((page) => page.close()));
			await Promise.all([...visitors].map((context) => context.close()));
			visitors.clear();
		},
		close: () => browser.close(),
	};
}

type BrowserState = Awaited<ReturnType<BrowserContext['storageState']>>;

async function ownerContext(
	browser: Browser,
	theme: Theme,
	storageState: BrowserState,
): Promise<BrowserContext> {
	const options = { viewport: EDITOR_WINDOW, colorScheme: theme, storageState };
	const context = limited(await browser.newContext(options));
	await context.addInitScript((chosen) => localStorage.setItem('N8N_THEME', chosen), theme);
	return context;
}

/** Logs in as a person does, and gives what the browser then remembers. */
async function logIn(browser: Browser, n8nUrl: string): Promise<BrowserState> {
	const context = limited(await browser.newContext({ viewport: EDITOR_WINDOW }));
	const page = await context.newPage();
	await page.goto(`${n8nUrl}/signin`);
	await page.fill('input[name="emailOrLdapLoginId"]', OWNER.email);
	await page.fill('input[name="password"]', OWNER.password);
	await page.click('[data-test-id="form-submit-button"]');
	await page.waitForURL(/home|workflow/);
	const state = await context.storageState();
	await context.close();
	return state;
}

function limited(context: BrowserContext): BrowserContext {
	context.setDefaultNavigationTimeout(PAGE_WITHIN_MS);
	context.setDefaultTimeout(ELEMENT_WITHIN_MS);
	return context;
}
