import { parseArgs } from 'node:util';
import { SetupError } from '../bootstrap.mjs';
import type { ApiVersion } from './probes.mts';

/** The exit codes; also when the check does not even begin it is `stopped`. */
export const EXIT = { held: 0, differs: 1, stopped: 2 } as const;

export interface Options {
	/** Undefined for that of the credential. */
	baseUrl?: string;
	/** Undefined for that of the credential. */
	apiVersion?: ApiVersion;
	quick: boolean;
	yes: boolean;
	json: boolean;
	/** Markdown goes there. */
	report?: string;
	/** Responses go there. */
	record?: string;
	/** Write docs/kairos-api.md, and ask nobody anything. */
	writeDocs: boolean;
	help: boolean;
}

export const usage = `Usage: npm run check:kairos -- [options]

Checks with your Kairos account what this package assumes about Kairos, and reports what held and
what differs. It asks for App ID and App Key, or takes them from KAIROS_APP_ID and KAIROS_APP_KEY.
It sends only portraits that come with this project.

  --quick              use at most three verifications
  --yes                do not ask before anything is sent
  --base-url URL       another Base URL than the credential suggests
  --api-version V      v0.1 (default) or v0.2
  --report FILE        write the report as Markdown, without anything of your account
  --json               print the report as JSON to stdout, and nothing else
  --record FOLDER      keep the responses, without anything of your account, as test fixtures
  --write-docs         only write docs/kairos-api.md anew
  --help               this text

It exits with 0 when all that was tested held, 1 when something differs, 2 when it was stopped.`;

/**
 * Reads the command line.
 *
 * @param args without the program's name
 * @throws {SetupError} when it cannot be understood
 */
export function readOptions(args: string[]): Options {
	const values = parse(args);
	const apiVersion = values['api-version'];
	if (apiVersion !== undefined && apiVersion !== 'v0.1' && apiVersion !== 'v0.2') {
		throw new SetupError('--api-version must be v0.1 or v0.2.');
	}
	return {
		baseUrl: values['base-url'],
		apiVersion,
		quick: values.quick,
		yes: values.yes,
		json: values.json,
		report: values.report,
		record: values.record,
		writeDocs: values['write-docs'],
		help: values.help,
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				'base-url': { type: 'string' },
				'api-version': { type: 'string' },
				quick: { type: 'boolean', default: false },
				yes: { type: 'boolean', default: false },
				json: { type: 'boolean', default: false },
				report: { type: 'string' },
				record: { type: 'string' },
				'write-docs': { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		// A key that was given as an argument must not be repeated.
		const isKey = args.some((arg) => /^--(?:app|key)/i.test(arg));
		if (isKey) {
			throw new SetupError(
				'Keys are not taken as arguments, where others on this computer can see them. Set KAIROS_APP_ID and KAIROS_APP_KEY, or let it ask.',
			);
		}
		const [reason = ''] = (error as Error).message.split('\n');
		throw new SetupError(`${reason.replace(/\.?$/, '.')} See --help.`);
	}
}
