/**
 * `npm run gate`: all that n8n asks of a verified community node and that can be known offline. It
 * fails on warnings, too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	buildScanConfig,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';
import { SetupError } from './bootstrap.mjs';
import { copyProject, type Packed, packCopy } from './copy.mts';
import { temporaryFolder } from './paths.mts';
import { stopOnSignals } from './signals.mts';

const MOST_BYTES = 60_000;

/** Beside what the package has built; npm adds them by itself. */
const DOCUMENTS = ['LICENSE', 'README.md', 'package.json'];

const BUILT =
	/^dist\/(nodes|credentials|icons)\/[\w./-]+\.(js|svg|node\.json)$|^dist\/nodes\/\w+\/__schema__\/[\w./]+\.json$/;

/** What npm would install beside the package. n8n's scan knows only `dependencies`. */
const BRINGING_FIELDS = ['optionalDependencies', 'bundledDependencies', 'bundleDependencies'];

stopOnSignals();

let isPassed = true;
try {
	await runGate(temporaryFolder('gate'));
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	report('the gate itself', error.message);
}
console.log(`gate: ${isPassed ? 'passed' : 'failed'}`);
process.exitCode = isPassed ? 0 : 1;

async function runGate(folder: string): Promise<void> {
	const copy = join(folder, 'copy');
	copyProject(copy);
	const packed = await packCopy(copy);
	const unpacked = join(folder, 'unpacked');
	mkdirSync(unpacked);
	execFileSync('tar', ['-xzf', packed.tarball, '-C', unpacked, '--strip-components=1']);

	report(
		`the package: ${packed.files.length} files, ${(packed.size / 1000).toFixed(1)} KB`,
		lackingOrForeign(packed, unpacked).join('\n'),
	);
	report("n8n's scan of the package", await scan(unpacked, ['**/*.js', 'package.json']));
	report("n8n's scan of the sources", await scan(copy, SOURCE_FILE_PATTERNS));
	report('n8n-node lint', lintAsAuthor(copy));
}

/** @param found is empty where there is nothing to say against the package */
function report(check: string, found: string): void {
	isPassed &&= found === '';
	console.log(`${found === '' ? '✓' : '✗'} ${check}`);
	if (found !== '') console.log(found);
}

/**
 * What speaks against this: the package holds what it needs, nothing else, brings nothing along,
 * and is small.
 *
 * @param folder where it is unpacked
 */
function lackingOrForeign({ files, size }: Packed, folder: string): string[] {
	const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
	const { n8n, ...fields } = JSON.parse(manifest) as { n8n: Record<string, string[]> };
	const registered = [n8n.nodes, n8n.credentials].flat().map(String);
	const paths = files.map(({ path }) => path);
	const found = [
		...BRINGING_FIELDS.filter((field) => field in fields).map(
			(field) => `It must have no ${field}`,
		),
		...paths
			.filter((path) => !DOCUMENTS.includes(path) && !BUILT.test(path))
			.map((path) => `It must not hold ${path}`),
		...[...DOCUMENTS, ...registered]
			.filter((path) => !paths.includes(path))
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
function lintAsAuthor(folder: string): string {
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
async function scan(folder: string, patterns: string[]): Promise<string> {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const formatter = await eslint.loadFormatter('stylish');
	return await formatter.format(await eslint.lintFiles(patterns));
}
