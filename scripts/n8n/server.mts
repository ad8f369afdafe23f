import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../ports.mts';
import { EXIT_WITH_PARENT, type Running, startProcess } from '../processes.mts';
import { respondsOk, waitUntilReady } from '../ready.mts';
import type { N8nInstallation } from './install.mts';

const READY_WITHIN_MS = 120_000;

/** Settings of an n8n that the person's shell may carry for another installation. */
const FOREIGN =
	/^(N8N|DB|QUEUE|EXECUTIONS|WEBHOOK|NODES|CREDENTIALS|WORKFLOWS|GENERIC|NODE_FUNCTION)_/;

export interface N8nOptions {
	installation: N8nInstallation;
	/** Where this n8n keeps its database, keys, files and nodes (in `.n8n`). */
	userFolder: string;
	/** 0, the default, for any free one. */
	port?: number;
	/** The one folder from which workflows may read files. Default: none is set. */
	filesFolder?: string;
	/** Further settings, which win over those made here. */
	env?: NodeJS.ProcessEnv;
	/** Default: `n8n.log` in the user folder. */
	logFile?: string;
}

export interface N8nServer {
	/** `http://127.0.0.1:5678` */
	url: string;
	process: Running;
	stop(): Promise<void>;
}

/**
 * Starts a real n8n on 127.0.0.1 and waits until it answers.
 *
 * @throws {SetupError} when it ends or does not answer within 120 s: the last lines of its log
 */
export async function startN8n(options: N8nOptions): Promise<N8nServer> {
	const { installation, userFolder, logFile = join(userFolder, 'n8n.log') } = options;
	mkdirSync(userFolder, { recursive: true });
	const port = options.port || (await findFreePort());
	const url = `http://127.0.0.1:${port}`;
	const env = { ...(await environment(options, port, url)), ...options.env };
	const args = [...EXIT_WITH_PARENT, installation.cli, 'start'];
	const process = await startProcess(globalThis.process.execPath, args, {
		cwd: userFolder,
		env,
		logFile,
	});
	// Before its REST interface is there, n8n answers with a page that says that it is starting.
	const isReady = () => respondsOk(`${url}/rest/settings`, 'json');
	await waitUntilReady(process, 'n8n', isReady, READY_WITHIN_MS);
	return { url, process, stop: () => process.stop() };
}

async function environment(
	{ userFolder, filesFolder }: N8nOptions,
	port: number,
	url: string,
): Promise<NodeJS.ProcessEnv> {
	const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
	return {
		...Object.fromEntries(own),
		NO_PROXY: [process.env['NO_PROXY'], '127.0.0.1', 'localhost'].filter(Boolean).join(','),
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_EDITOR_BASE_URL: url,
		WEBHOOK_URL: `${url}/`,
		N8N_SECURE_COOKIE: 'false',
		// n8n's own default is New York.
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_RUNNERS_BROKER_PORT: String(await findFreePort()),
		...(filesFolder && { N8N_RESTRICT_FILE_ACCESS_TO: filesFolder }),
		// n8n calls nobody.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
		// Nor does it ask the newcomer anything.
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIDE_USAGE_PAGE: 'true',
	};
}
