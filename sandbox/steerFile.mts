import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSteering, steered } from './steering.mts';

const STEERED = ['match', 'liveness', 'faces', 'status', 'times', 'retry-after', 'delay'];

/**
 * `steer IMAGE --out FILE --match 0.3 ...`: writes a copy of an image that steers the sandbox. Each
 * copy differs from every other, as the images of two people do.
 * @throws Error with a sentence for whoever typed it
 */
export async function steerFile(args: string[]): Promise<void> {
	const { values, positionals } = parseArgs({
		args,
		allowPositionals: true,
		options: Object.fromEntries(['out', ...STEERED].map((name) => [name, { type: 'string' }])),
	});
	const { out, 'retry-after': retryAfter, ...others } = values;
	const [image] = positionals;
	if (image === undefined || out === undefined || positionals.length > 1) {
		throw new Error('Name one image, and the file to write by --out.');
	}
	const entries = Object.entries({ ...others, retryAfter }).map(
		([name, text]): [string, unknown] => [name, text === 'null' ? null : text && Number(text)],
	);
	const steering = { ...Object.fromEntries(entries), id: randomUUID() };
	// npm runs scripts in the project's folder, and tells where the person was.
	const path = (file: string) => resolve(process.env['INIT_CWD'] ?? '', file);
	await writeFile(
		path(out),
		steered(await readFile(path(image)), parseSteering(JSON.stringify(steering))),
	);
	console.log(`${out} steers the sandbox: ${JSON.stringify(steering)}`);
}
