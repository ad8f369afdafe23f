import { accessSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '../setup/npm.mjs';

export interface Options {
	/** End after the verdicts, instead of staying up for the browser. */
	once: boolean;
	/** For n8n's editor; without it 5678 if that is free, else any. */
	port?: number;
	/** The paths of two images of the person's own, which are verified in place of the samples. */
	own?: { selfie: string; photo: string };
}

const USAGE = `Usage: npm start -- [options]

Shows images of faces being verified by this node inside a real n8n, with a local sandbox in
place of Kairos. Without options it stays up, with the editor to look around in, a form for
your own images, and the example that onboards people. The first start installs what it needs,
in two to four minutes and 3 GB.

  --once           verify the samples and end: 0 if each took the branches it should, else 1
  --selfie FILE    verify your own pair of images and end: 0 if there is a verdict, whatever
  --photo FILE     it says, else 1. Needs both. Nothing of them is kept.
  --port NUMBER    port for n8n's editor (otherwise 5678 if it is free, or any)
  --help           this text
`;

/**
 * Reads the command line. Where help is asked for, prints that.
 *
 * @param args without the program's name
 * @throws {SetupError} when it cannot be understood, or an image cannot be read
 */
export function readOptions(args: string[]): Options | 'help' {
	const { help, once, port, selfie, photo } = parse(args);
	if (help) {
		process.stdout.write(USAGE);
		return 'help';
	}
	const options: Options = { once };
	if (port !== undefined) {
		options.port = Number(port);
		if (!Number.isInteger(options.port) || options.port < 1 || options.port > 65_535) {
			throw new SetupError(`--port must be a whole number from 1 to 65535, not "${port}".`);
		}
	}
	if (selfie === undefined && photo === undefined) return options;
	if (selfie === undefined || photo === undefined) {
		throw new SetupError('Your own pair needs both: --selfie FILE --photo FILE.');
	}
	return { ...options, once: true, own: { selfie: pathOf(selfie), photo: pathOf(photo) } };
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				once: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
				port: { type: 'string' },
				selfie: { type: 'string' },
				photo: { type: 'string' },
			},
		}).values;
	} catch (error) {
		throw new SetupError(`${(error as Error).message}\n\n${USAGE}`);
	}
}

function pathOf(file: string): string {
	// npm runs scripts in the project's folder, and says in INIT_CWD where the person was.
	const path = resolve(process.env['INIT_CWD'] ?? '', file);
	try {
		accessSync(path);
		return path;
	} catch {
		throw new SetupError(`${path} cannot be read.`);
	}
}
