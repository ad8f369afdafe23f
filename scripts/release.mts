/**
 * `npm run release -- patch|minor|major|VERSION [--dry-run]`: prepares a version. It commits and
 * tags; pushing the tag is left to a person, and publishing to the workflow that it starts.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './paths.mts';
import { startProcess } from './processes.mts';
import { datedChangelog, nextVersion } from './release/version.mts';
import { SetupError } from './setup/npm.mjs';
import { stopOnSignals } from './signals.mts';

const USAGE = 'Usage: npm run release -- patch|minor|major|VERSION [--dry-run]';

stopOnSignals(() => false);
try {
	await release();
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	console.error(error.message);
	process.exitCode = 1;
}

async function release(): Promise<void> {
	const { wanted, isDryRun } = readArguments();
	const current = (JSON.parse(read('package.json')) as { version: string }).version;
	const version = nextVersion(current, wanted);
	const tag = `v${version}`;
	const changelog = datedChangelog(read('CHANGELOG.md'), version, today());

	if (git('tag', '--list', tag) !== '') throw new SetupError(`The tag ${tag} is there already.`);
	if (git('status', '--porcelain') !== '') {
		throw new SetupError('Commit or stash your changes first: a version is made of commits only.');
	}
	await passGate();

	const files = new Map([
		['package.json', withVersion(read('package.json'), current, version)],
		['CHANGELOG.md', changelog],
	]);
	const changed = [...files].filter(([file, content]) => content !== read(file));
	const steps = [
		...changed.map(([file]) => `write ${version} into ${file}`),
		...(changed.length > 0 ? [`commit "Release ${version}"`] : []),
		`tag ${tag}`,
	];
	if (isDryRun) {
		console.log(`It would ${steps.join(', ')}.`);
		return;
	}
	for (const [file, content] of changed) writeFileSync(join(ROOT, file), content);
	if (changed.length > 0) {
		git('commit', '--quiet', '--message', `Release ${version}`, ...changed.map(([file]) => file));
	}
	git('tag', '--annotate', tag, '--message', `Version ${version}`);
	console.log(`Done: ${steps.join(', ')}.`);
	console.log('To publish it: git push --follow-tags');
}

function readArguments(): { wanted: string; isDryRun: boolean } {
	try {
		const { values, positionals } = parseArgs({
			options: { 'dry-run': { type: 'boolean', default: false } },
			allowPositionals: true,
		});
		const [wanted, ...others] = positionals;
		if (wanted !== undefined && others.length === 0) {
			return { wanted, isDryRun: values['dry-run'] };
		}
	} catch {
		// An option that there is not: the usage says which there are.
	}
	throw new SetupError(USAGE);
}

async function passGate(): Promise<void> {
	const gate = await startProcess(process.execPath, [join(ROOT, 'scripts', 'gate.mts')], {
		cwd: ROOT,
		env: process.env,
	});
	const end = await gate.exited;
	console.log(gate.lastLines(1));
	if (end !== 'code 0') throw new SetupError(`The gate is not clean:\n${gate.lastLines(30)}`);
}

function withVersion(manifest: string, from: string, to: string): string {
	return manifest.replace(`"version": "${from}"`, `"version": "${to}"`);
}

function read(file: string): string {
	return readFileSync(join(ROOT, file), 'utf8');
}

function git(...args: string[]): string {
	return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

function today(): string {
	return new Date().toISOString().slice(0, 10);
}
