import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { SetupError } from '../../scripts/setup/npm.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	// A container's /dev/shm is often too small for a page of n8n's editor.
	'--disable-dev-shm-usage',
];

/**
 * Where the machine's Chromium is: what the environment variable CHROMIUM names, else the first on
 * the PATH.
 *
 * @throws {SetupError} saying how to get one when there is none
 */
export function findChromium(): string {
	const named = process.env['CHROMIUM'];
	const folders = (process.env['PATH'] ?? '').split(delimiter);
	const candidates = named ? [named] : NAMES.flatMap((name) => folders.map((f) => join(f, name)));
	const found = candidates.find(isExecutable);
	if (found !== undefined) return found;
	throw new SetupError(
		named
			? `CHROMIUM names ${named}, which is no program that can be started.`
			: 'The end-to-end tests need Chromium, and there is none on the PATH. On Debian and Ubuntu: ' +
					'apt-get install -y chromium. If it is elsewhere, name it: CHROMIUM=/path/to/chromium.',
	);
}

/** Starts Chromium without a window. */
export async function startChromium(executablePath: string): Promise<Browser> {
	return await chromium.launch({ executablePath, args: FLAGS });
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
