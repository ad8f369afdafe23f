import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../ports.mts';
import { EXIT_WITH_PARENT, type Running, startProcess } from '../processes.mts';
import { respondsOk, waitUntilReady } from '../ready.mts';
import type { N8nInstallation } from './install.mts';
import { type Owner, ownerOf, ownerSettings } from './owner.mts';

/** About 10 s, or minutes on a machine that does much else. */
export const READY_WITHIN_MS = 300_000;

/** Settings of an n8n that the person's shell may carry for another installation. */
const FOREIGN =
	/^(N8N|DB|QUEUE|EXECUTIONS|WEBHOOK|NODES|CREDENTIALS|WORKFLOWS|GENERIC|NODE_FUNCTION)_/;

export interface N8nOptions {
	installation: N8nInstallation;
	/** Where this n8n keeps its database, keys, files and nodes (in `.n8n`). */
	userFolder: string;
	/** Default: any free one. */
	port?: number;
	/** The one folder from which workflows may read files. Default: none is set. */
	filesFolder?: string;
	/** Further settings, which win over those made here. */
	env?: NodeJS.ProcessEnv;
}

export interface N8nServer {
	/** `http://127.0.0.1:5678` */
	url: string;
	owner: Owner;
	process: Running;
}

/**
 * Starts a real n8n on 127.0.0.1 and waits until it answers.
 *
 * @throws {SetupError} when it ends or does not answer within 300 s: the last lines of its log
 */
export async function startN8n(options: N8nOptions): Promise<N8nServer> {
	const { installation, userFolder, filesFolder, port = await findFreePort() } = options;
	const owner = ownerOf(userFolder);
	const url = `http://127.0.0.1:${port}`;
	const env = {
		...(await n8nEnvironment(userFolder)),
		...ownerSettings(owner, installation.modules),
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_EDITOR_BASE_URL: url,
		WEBHOOK_URL: `${url}/`,
		N8N_SECURE_COOKIE: 'false',
		// Not even its owner installs packages, which run as whoever started n8n. What is in its folder
		// is loaded all the same. The first alone only hides the screen for it.
		N8N_COMMUNITY_PACKAGES_ENABLED: 'false',
		N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV: 'true',
		...(filesFolder && { N8N_RESTRICT_FILE_ACCESS_TO: filesFolder }),
		// Nor does it ask the newcomer anything.
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIDE_USAGE_PAGE: 'true',
		...options.env,
	};
	const args = [...EXIT_WITH_PARENT, installation.cli, 'start'];
	const process = await startProcess(globalThis.process.execPath, args, {
		cwd: userFolder,
		env,
		logFile: join(userFolder, 'n8n.log'),
	});
	// Before its REST interface is there, n8n answers with a page that says that it is starting.
	const isReady = () => respondsOk(`${url}/rest/settings`, 'json');
	await waitUntilReady(process, 'n8n', isReady, READY_WITHIN_MS);
	return { url, owner, process };
}

/** What every process of n8n needs to know; with it, n8n calls nobody. */
export async function n8nEnvironment(userFolder: string): Promise<NodeJS.ProcessEnv> {
	const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
	// n8n puts uploads there for a while, readable by all.
	const temporary = join(userFolder, 'tmp');
	mkdirSync(temporary, { recursive: true });
	return {
		...Object.fromEntries(own),
		TMPDIR: temporary,
		NO_PROXY: [process.env['NO_PROXY'], '127.0.0.1', 'localhost'].filter(Boolean).join(','),
		// As in n8n's own image. Without it, a browser asks again for each of the editor's 700 files.
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		// n8n's own default is New York.
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_RUNNERS_BROKER_PORT: String(await findFreePort()),
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		// They take seconds to start, or ask n8n's own servers, and nobody misses them here.
		N8N_DISABLED_MODULES: 'agents,instance-ai,mcp,mcp-registry,n8n-packages,oauth-server,otel',
	};
}
