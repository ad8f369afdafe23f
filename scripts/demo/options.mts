import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '../bootstrap.mjs';

/** The paths of two images that the person gave. */
export interface Pair {
	selfie: string;
	photo: string;
}

export interface Options {
	/** End after the verdicts, instead of staying up for the browser. */
	once: boolean;
	/** Print JSON lines, and nothing else, to stdout. */
	json: boolean;
	help: boolean;
	/** For n8n's editor; without it 5678 if that is free, else any. */
	port?: number;
	/** Verify these, not the samples. */
	pair?: Pair;
}

export const usage = `Usage: npm start -- [options]

Shows images of faces being verified by this node inside a real n8n, with a local sandbox in
place of Kairos. Without options it stays up, with the editor to look around in, a form for
your own images, and the example that onboards people. The first start installs what it needs,
in two to four minutes and 3 GB.

  --once           verify the samples and end: 0 if each took the branches it should, else 1
  --selfie FILE    verify your own pair of images (JPG or PNG) and end: 0 if there is a
  --photo FILE     verdict, whatever it says, else 1. Needs both.
  --json           print one JSON line a sample to stdout, and nothing else
  --port NUMBER    port for n8n's editor (otherwise 5678 if it is free, or any)
  --help           this text`;

/**
 * Reads the command line.
 *
 * @param args without the program's name
 * @throws {SetupError} when it cannot be understood, or an image cannot be read
 */
export function readOptions(args: string[]): Options {
	const { once, json, help, port, selfie, photo } = parse(args);
	const pair = readPair(selfie, photo);
	return {
		once: once || pair !== undefined,
		json,
		help,
		...(port !== undefined && { port: readPort(port) }),
		...(pair && { pair }),
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				once: { type: 'boolean', default: false },
				json: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
				port: { type: 'string' },
				selfie: { type: 'string' },
				photo: { type: 'string' },
			},
		}).values;
	} catch (error) {
		// parseArgs appends advice about `--` that does not fit here.
		const [reason = ''] = (error as Error).message.split(/\.? To specify|\n/);
		throw new SetupError(`${reason}. What there is: npm start -- --help`);
	}
}

function readPort(text: string): number {
	const port = Number(text);
	if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
	throw new SetupError(`--port must be a whole number from 1 to 65535, not "${text}".`);
}

function readPair(selfie?: string, photo?: string): Pair | undefined {
	if (selfie === undefined && photo === undefined) return undefined;
	if (selfie === undefined) throw new SetupError('--photo needs a selfie too: add --selfie FILE.');
	if (photo === undefined) throw new SetupError('--selfie needs a photo too: add --photo FILE.');
	return { selfie: readableFile('--selfie', selfie), photo: readableFile('--photo', photo) };
}

function readableFile(option: string, file: string): string {
	// npm runs scripts in the project's folder, and tells where the person was.
	const path = resolve(process.env['INIT_CWD'] ?? '', file);
	try {
		accessSync(path, constants.R_OK);
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code !== 'EACCES';
		const what = isMissing ? 'does not exist' : 'may not be read';
		throw new SetupError(`${option}: ${path} ${what}.`);
	}
	if (!statSync(path).isFile()) throw new SetupError(`${option}: ${path} is not a file.`);
	return path;
}
