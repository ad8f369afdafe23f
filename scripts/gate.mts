/**
 * `npm run gate`: all that n8n asks of a verified community node and that can be known offline. It
 * fails on warnings, too.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { SetupError } from './bootstrap.mjs';
import { copyProject, packCopy } from './copy.mts';
import { lackingOrForeign, lintAsAuthor, scan } from './gate/checks.mts';
import { temporaryFolder } from './paths.mts';
import { stopOnSignals } from './signals.mts';

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
