/**
 * `npm run gate`: all that n8n asks of a verified community node and that can be known offline.
 * It ends with a count of errors and warnings, and fails on either.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { SetupError } from './bootstrap.mjs';
import { copyProject, packCopy } from './copy.mts';
import { checkContents, type Findings, lintAsAuthor, scan } from './gate/checks.mts';
import { temporaryFolder } from './paths.mts';
import { stopOnSignals } from './signals.mts';

stopOnSignals();

const count = { errors: 0, warnings: 0 };
try {
	await runGate(temporaryFolder('gate'));
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	report('the gate itself', { errors: [error.message], warnings: [] });
}
console.log(`gate: ${count.errors} errors, ${count.warnings} warnings`);
process.exitCode = count.errors + count.warnings === 0 ? 0 : 1;

async function runGate(folder: string): Promise<void> {
	const copy = join(folder, 'copy');
	copyProject(copy);
	const packed = await packCopy(copy);
	const unpacked = join(folder, 'unpacked');
	mkdirSync(unpacked);
	execFileSync('tar', ['-xzf', packed.tarball, '-C', unpacked, '--strip-components=1']);

	report(
		`the package: ${packed.files.length} files, ${(packed.size / 1000).toFixed(1)} KB`,
		checkContents(packed, unpacked),
	);
	report("n8n's scan of the package", await scan(unpacked, ['**/*.js', 'package.json']));
	report("n8n's scan of the sources", await scan(copy, SOURCE_FILE_PATTERNS));
	report('n8n-node lint', lintAsAuthor(copy));
}

function report(check: string, { errors, warnings }: Findings): void {
	count.errors += errors.length;
	count.warnings += warnings.length;
	console.log(`${errors.length + warnings.length === 0 ? '✓' : '✗'} ${check}`);
	for (const text of errors) console.log(`    error: ${text}`);
	for (const text of warnings) console.log(`    warning: ${text}`);
}
