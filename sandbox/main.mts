import type { AddressInfo } from 'node:net';
import { startFaceEngine } from './faceEngine.mts';
import { defaultKeys, type Options, readOptions, usage, UsageError } from './options.mts';
import { buildServer } from './server.mts';

/** A stop that hangs would keep the port; after this many milliseconds it is cut short. */
const longestStop = 2000;

function fail(message: string): never {
	console.error(message);
	process.exit(1);
}

function read(): Options {
	try {
		return readOptions(process.argv.slice(2));
	} catch (error) {
		if (error instanceof UsageError) fail(error.message);
		throw error;
	}
}

function whyNotListening(error: unknown, { host, port }: Options): string {
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === 'EADDRINUSE') {
		return (
			`Port ${port} on ${host} is taken, perhaps by another sandbox: ` +
			'choose another by --port, or any free one by --port 0.'
		);
	}
	return `The sandbox cannot listen on ${host}, port ${port}: ${message}.`;
}

function keysHint({ keys }: Options): string {
	const isDefault = keys.appKey === defaultKeys.appKey;
	return `App ID: ${keys.appId}, App Key: ${isDefault ? `${keys.appKey} (the default)` : 'as given by --app-key'}`;
}

/** Where it can be reached from this computer: 0.0.0.0 and :: are no addresses to send to. */
function urlOf(host: string, port: number): string {
	const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
	return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

async function main(): Promise<void> {
	const options = read();
	if (options.help) {
		console.log(usage);
		return;
	}
	let stop: () => void = () => process.exit(0);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
	// A sandbox that a script started must not outlive that script.
	process.once('disconnect', () => stop());
	// Nor does it break when whoever read its lines is gone.
	process.stdout.on('error', () => undefined);

	const engine = await startFaceEngine(options.workers).catch((error: Error) =>
		fail(`The face engine does not start: ${error.message}. Remove node_modules and start again.`),
	);
	const { keys, host, port } = options;
	const log = options.quiet ? () => undefined : (line: string) => console.log(line);
	const app = buildServer({ keys, engine, log });
	stop = () => {
		setTimeout(() => process.exit(0), longestStop).unref();
		void Promise.allSettled([app.close(), engine.close()]).then(() => process.exit(0));
	};
	try {
		await app.listen({ host, port });
	} catch (error) {
		fail(whyNotListening(error, options));
	}
	const actual = (app.server.address() as AddressInfo).port;
	console.log(`Sandbox ready at ${urlOf(host, actual)}`);
	console.log(keysHint(options));
	console.log('Liveness is a placeholder: this is not a real identity check.');
}

await main();
