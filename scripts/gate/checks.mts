import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';
import type { Packed } from '../copy.mts';

const MOST_BYTES = 60_000;

/** Beside what the package has built; npm adds them by itself. */
const DOCUMENTS = ['LICENSE', 'README.md', 'package.json'];

const BUILT =
	/^dist\/(nodes|credentials|icons)\/[\w./-]+\.(js|svg|node\.json)$|^dist\/nodes\/\w+\/__schema__\/[\w./]+\.json$/;

/** What npm would install beside the package. n8n's scan knows only `dependencies`. */
const BRINGING_FIELDS = ['optionalDependencies', 'bundledDependencies', 'bundleDependencies'];

/**
 * What speaks against this: the package holds what it needs, nothing else, brings nothing along,
 * and is small.
 *
 * @param folder where it is unpacked
 */
export function lackingOrForeign({ files, size }: Packed, folder: string): string[] {
	const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
	const { n8n, ...fields } = JSON.parse(manifest) as { n8n: Record<string, string[]> };
	const registered = [n8n.nodes, n8n.credentials].flat().map(String);
	const found = [
		...BRINGING_FIELDS.filter((field) => field in fields).map(
			(field) => `It must have no ${field}`,
		),
		...files
			.filter((path) => !DOCUMENTS.includes(path) && !BUILT.test(path))
			.map((path) => `It must not hold ${path}`),
		...[...DOCUMENTS, ...registered]
			.filter((path) => !files.includes(path))
			.map((path) => `It lacks ${path}`),
	];
	if (size > MOST_BYTES) found.push(`It takes ${size} bytes, and may take ${MOST_BYTES}`);
	return found;
}

/**
 * Runs `n8n-node lint`, as n8n asks of every author, in a copy of the project.
 *
 * @returns what it says against the project
 */
export function lintAsAuthor(folder: string): string {
	const command = join(folder, 'node_modules', '.bin', 'n8n-node');
	const { status, stdout, stderr } = spawnSync(command, ['lint'], {
		cwd: folder,
		encoding: 'utf8',
	});
	const said = stdout + stderr;
	return status === 0 && !/\bwarning\b/.test(said) ? '' : `It ended with ${status}.\n${said}`;
}

/**
 * Scans an unpacked package, or the sources from which it was published, by the rules of n8n's own
 * scan, which for itself counts no warnings.
 *
 * @returns what it says against it
 */
export async function scan(folder: string, patterns: string[]): Promise<string> {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const formatter = await eslint.loadFormatter('stylish');
	return await formatter.format(await eslint.lintFiles(patterns));
}
