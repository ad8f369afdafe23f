/**
 * `npm run n8n:update -- VERSION`: moves the project to another n8n: what is installed of it, the
 * packages of its engine that the tests run in, the lock files, and the versions that the README
 * tells. Then it runs the tests.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.mts';
import { runPnpm } from '../setup/install.mjs';
import { runNpm, SetupError } from '../setup/npm.mjs';
import { say, step } from '../setup/progress.mjs';
import { N8N_VERSION } from './install.mts';

const USAGE = 'Usage: npm run n8n:update -- VERSION   (such as 2.41.1)';
/** The files that name the release. */
const TEXTS = [
	'README.md',
	'deploy/.env.example',
	'deploy/Dockerfile',
	'deploy/README.md',
	'deploy/docker-compose.yml',
];
const TESTS = ['test', 'test:compat', 'test:registry', 'test:e2e'];

type Versions = Record<string, string>;

try {
	const [version, ...others] = process.argv.slice(2);
	if (!/^\d+\.\d+\.\d+$/.test(version ?? '') || others.length > 0) throw new SetupError(USAGE);
	await update(version as string);
	process.exitCode = runTests();
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	say(error.message);
	process.exitCode = 1;
}

async function update(version: string): Promise<void> {
	const parts = JSON.parse(
		await runNpm(['view', `n8n@${version}`, 'dependencies', '--json'], ROOT),
	) as Versions;
	setVersions('locks/n8n', { n8n: version });
	setVersions('locks/sqlite3', parts);
	setVersions('.', parts);
	for (const folder of ['locks/n8n', 'locks/sqlite3', '.']) {
		await step(`Resolve ${folder}`, 'about 30 s', () =>
			runPnpm(['install', '--lockfile-only'], join(ROOT, folder)),
		).catch((error: unknown) => {
			say('To undo what was written: git restore package.json pnpm-lock.yaml locks');
			throw error;
		});
	}
	for (const name of TEXTS) {
		const text = readFileSync(join(ROOT, name), 'utf8');
		writeFileSync(join(ROOT, name), text.replaceAll(N8N_VERSION, version));
	}
}

/** Sets the versions of those packages that a manifest asks for already. */
function setVersions(folder: string, versions: Versions): void {
	const file = join(ROOT, folder, 'package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Versions>;
	for (const field of ['dependencies', 'devDependencies']) {
		for (const name of Object.keys(manifest[field] ?? {})) {
			const version = versions[name];
			if (version !== undefined) (manifest[field] as Versions)[name] = version;
		}
	}
	writeFileSync(file, `${JSON.stringify(manifest, undefined, '\t')}\n`);
}

/** @returns the exit code: that of the first tests that fail, else 0 */
function runTests(): number {
	for (const name of TESTS) {
		say(`npm run ${name}`);
		const { status } = spawnSync('npm', ['run', name], { cwd: ROOT, stdio: 'inherit' });
		if (status !== 0) return status ?? 1;
	}
	return 0;
}
