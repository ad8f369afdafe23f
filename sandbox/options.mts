import { isIPv4 } from 'node:net';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Keys } from './keys.mts';

export interface Options {
	host: string;
	/** 0 for any free one. */
	port: number;
	keys: Keys;
	workers: number;
	quiet: boolean;
	help: boolean;
}

/** Asked for in a way that the sandbox does not understand, or refuses; the message says why. */
export class UsageError extends Error {}

export const defaultKeys: Keys = { appId: 'sandbox', appKey: 'sandbox' };
const defaultWorkers = Math.min(2, availableParallelism());

export const usage = `Usage: node sandbox/main.mts [options]

A local server that speaks the Kairos Biometric Verification contract with a real face engine.
It is for trying out and for tests: liveness is a placeholder, and this is not a real identity check.

  --port <number>    port to listen on, 0 for any free one (default 7411)
  --host <address>   address to listen on (default 127.0.0.1)
  --allow-remote     allow an address that other machines reach
  --app-id <id>      App ID that requests must send (default ${defaultKeys.appId})
  --app-key <key>    App Key that requests must send (default ${defaultKeys.appKey})
  --workers <number> face engines side by side, 1 to 16 (default ${defaultWorkers})
  --quiet            no line for each request
  --help             this text`;

function readNumber(option: string, text: string, least: number, most: number): number {
	const number = Number(text);
	if (!/^\d+$/.test(text) || number < least || number > most) {
		throw new UsageError(
			`--${option} must be a whole number from ${least} to ${most}, not "${text}".`,
		);
	}
	return number;
}

function readKey(option: string, text: string): string {
	// What an HTTP header can carry, and what a client does not trim away.
	if (!/^[!-~]+$/.test(text)) {
		throw new UsageError(`--${option} must be printable ASCII characters without spaces.`);
	}
	return text;
}

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				port: { type: 'string', default: '7411' },
				host: { type: 'string', default: '127.0.0.1' },
				'allow-remote': { type: 'boolean', default: false },
				'app-id': { type: 'string', default: defaultKeys.appId },
				'app-key': { type: 'string', default: defaultKeys.appKey },
				workers: { type: 'string', default: String(defaultWorkers) },
				quiet: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
		throw new UsageError(`${reason.replace(/\.?$/, '.')} See --help.`);
	}
}

/**
 * Reads the command line.
 * @throws UsageError with one sentence for the user
 */
export function readOptions(args: string[]): Options {
	const values = parse(args);
	if (!values['allow-remote'] && !isLoopback(values.host)) {
		throw new UsageError(
			`--host ${values.host} could be reached from other machines, and the sandbox is not a real identity ` +
				'check: use 127.0.0.1, or add --allow-remote if you mean it.',
		);
	}
	return {
		host: values.host,
		port: readNumber('port', values.port, 0, 65_535),
		keys: {
			appId: readKey('app-id', values['app-id']),
			appKey: readKey('app-key', values['app-key']),
		},
		workers: readNumber('workers', values.workers, 1, 16),
		quiet: values.quiet,
		help: values.help,
	};
}
