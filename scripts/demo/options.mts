import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '../bootstrap.mjs';

export interface Options {
	/** End after the verdicts, instead of staying up for the browser. */
	once: boolean;
	/** The paths of two images of the person's own, which are verified in place of the samples. */
	own?: { selfie: string; photo: string };
	/** An n8n that is running already. */
	remote?: Remote;
}

export interface Remote {
	/** `http://127.0.0.1:5678`, without a path. */
	url: string;
	apiKey: string;
	/** The name by which that n8n reaches this computer; without it, n8n runs on this computer. */
	reachedAs?: string;
}

const USAGE = `Usage: npm start -- [options]

Shows images of faces being verified by this node inside a real n8n, with a local sandbox in
place of Kairos. Without options it stays up, with the editor to look around in, a form for
your own images, and the example that onboards people. The first start installs what it needs,
in two to four minutes and 3 GB.

  --once           verify the samples and end: 0 if each took the branches it should, else 1
  --selfie FILE    verify your own pair of images and end: 0 if there is a verdict, whatever
  --photo FILE     it says, else 1. Needs both. Nothing of them is kept.
  --n8n URL        an n8n of your own in which this package is installed, e.g. n8n 3 in a container:
  --api-key KEY    gets a credential for the sandbox and the form for your own images. Needs both.
  --reached-as HOST  how that n8n reaches this computer, e.g. host.docker.internal
  --help           this text
`;

/**
 * Reads the command line. Where help is asked for, prints that instead.
 *
 * @param args without the program's name
 * @throws {SetupError} when it cannot be understood, or an image cannot be read
 */
export function readOptions(args: string[]): Options | undefined {
	const { help, once, selfie, photo, n8n, ...more } = parse(args);
	if (help) {
		console.log(USAGE);
		return undefined;
	}
	if (n8n !== undefined) {
		const { 'api-key': apiKey, 'reached-as': reachedAs } = more;
		if (apiKey === undefined) throw new SetupError('--n8n URL needs --api-key KEY, too.');
		if (!URL.canParse(n8n)) throw new SetupError(`${n8n} is not an address.`);
		return { once: false, remote: { url: new URL(n8n).origin, apiKey, reachedAs } };
	}
	if (selfie === undefined && photo === undefined) return { once };
	if (selfie === undefined || photo === undefined) {
		throw new SetupError('Your own pair needs both: --selfie FILE --photo FILE.');
	}
	return { once: true, own: { selfie: pathOf(selfie), photo: pathOf(photo) } };
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				once: { type: 'boolean', default: false },
				selfie: { type: 'string' },
				photo: { type: 'string' },
				n8n: { type: 'string' },
				'api-key': { type: 'string' },
				'reached-as': { type: 'string' },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		throw new SetupError(`${(error as Error).message}\n\n${USAGE}`);
	}
}

function pathOf(file: string): string {
	// npm runs scripts in the project's folder, and says in INIT_CWD where the person was.
	const path = resolve(process.env['INIT_CWD'] ?? '', file);
	if (!existsSync(path)) throw new SetupError(`${path} cannot be read.`);
	return path;
}
