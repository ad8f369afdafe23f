/**
 * `npm run gate`: all that n8n asks of a verified community node and that can be known offline.
 * It ends with a count of errors and warnings, and fails on either.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject, packCopy } from './copy.mts';
import type { Findings } from './gate/findings.mts';
import { lintAsAuthor, scanPackage, scanSources } from './gate/lint.mts';
import { checkBringsNothing, checkContents, checkManifest } from './gate/package.mts';
import { temporaryFolder } from './paths.mts';
import { SetupError } from './setup/npm.mjs';
import { stopOnSignals } from './signals.mts';

const folder = temporaryFolder('gate');
stopOnSignals();

const count = { errors: 0, warnings: 0 };
try {
	await runGate();
} catch (error) {
	const words = error instanceof SetupError ? error.message : String((error as Error).stack);
	report('the gate itself', { errors: [words], warnings: [] });
}
console.log(`gate: ${count.errors} errors, ${count.warnings} warnings`);
process.exitCode = count.errors + count.warnings === 0 ? 0 : 1;

async function runGate(): Promise<void> {
	const copy = join(folder, 'copy');
	copyProject(copy);
	// In a process of its own, so it runs beside the rest.
	const lint = lintAsAuthor(copy);
	const packed = await packCopy(copy);
	const unpacked = join(folder, 'unpacked');
	mkdirSync(unpacked);
	execFileSync('tar', ['-xzf', packed.tarball, '-C', unpacked, '--strip-components=1']);

	const size = `${packed.files.length} files, ${(packed.size / 1000).toFixed(1)} KB`;
	report(`contents of the package: ${size}`, checkContents(packed));
	report('package.json and codex', checkManifest(unpacked, packed));
	report(
		'nothing else is installed with it',
		await checkBringsNothing(packed, join(folder, 'installed')),
	);
	report("n8n's scan of the package", await scanPackage(unpacked));
	report("n8n's scan of the sources", await scanSources(copy));
	report('n8n-node lint', await lint);
}

function report(check: string, { errors, warnings }: Findings): void {
	count.errors += errors.length;
	count.warnings += warnings.length;
	console.log(`${errors.length + warnings.length === 0 ? '✓' : '✗'} ${check}`);
	for (const text of errors) console.log(`    error: ${text}`);
	for (const text of warnings) console.log(`    warning: ${text}`);
}
