import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../scripts/ports.mts';
import { startProcess } from '../../scripts/processes.mts';
import { installFromLock, runNpm } from '../../scripts/bootstrap.mjs';
import { respondsOk, waitUntilReady } from '../../scripts/ready.mts';

export interface Registry {
	/** `http://127.0.0.1:43210` */
	url: string;
	/** Publishes a packed package, as anyone may here. */
	publish(tarball: string): Promise<void>;
}

/**
 * Starts an empty npm registry on 127.0.0.1 that asks no other one.
 *
 * @param folder for what it stores, made anew
 * @throws {SetupError} when it cannot be installed or does not start
 */
export async function startRegistry(folder: string): Promise<Registry> {
	const modules = await installFromLock('registry', {
		name: 'a registry (verdaccio)',
		usual: 'about 10 s',
	});
	const verdaccio = join(modules, 'verdaccio', 'bin', 'verdaccio');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const port = await findFreePort();
	const host = `127.0.0.1:${port}`;
	const config = {
		storage: join(folder, 'storage'),
		listen: host,
		uplinks: {},
		packages: { '**': { access: '$all', publish: '$all' } },
		auth: { htpasswd: { file: join(folder, 'htpasswd') } },
		web: { enable: false },
		log: { type: 'stdout', format: 'pretty', level: 'warn' },
	};
	const configFile = join(folder, 'config.json');
	writeFileSync(configFile, JSON.stringify(config));
	const registry = await startProcess(process.execPath, [verdaccio, '--config', configFile], {
		cwd: folder,
		logFile: join(folder, 'registry.log'),
	});
	const url = `http://${host}`;
	await waitUntilReady(registry, 'The registry', () => respondsOk(`${url}/-/ping`));
	return {
		url,
		publish: async (tarball) => {
			// npm wants to be logged in somewhere, even where nobody asks.
			const flags = [`--registry=${url}`, `--//${host}/:_authToken=anyone`];
			await runNpm(['publish', tarball, ...flags], folder);
		},
	};
}
