import { ESLint } from 'eslint';
import { relative } from 'node:path';
import {
	analyzePackage,
	buildScanConfig,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { startProcess } from '../processes.mts';
import { type Findings, nothing } from './findings.mts';

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Runs `n8n-node lint`, as n8n asks of every author, in a copy of the project. */
export async function lintAsAuthor(folder: string): Promise<Findings> {
	const command = `${folder}/node_modules/.bin/n8n-node`;
	const lint = await startProcess(process.execPath, [command, 'lint'], { cwd: folder });
	const end = await lint.exited;
	const lines = lint.lastLines(200).replaceAll(COLOURS, '').split('\n');
	const found = (severity: string) =>
		lines.filter((line) => new RegExp(`^\\s+\\d+:\\d+\\s+${severity}\\b`).test(line));
	const errors = found('error');
	if (end !== 'code 0' && errors.length === 0) errors.push(`It ended with ${end}.`, ...lines);
	return { errors, warnings: found('warning') };
}

/** Scans the sources, as n8n does with the repository from which a package was published. */
export async function scanSources(folder: string): Promise<Findings> {
	return await scan(folder, SOURCE_FILE_PATTERNS);
}

/** Scans an unpacked package, as n8n does with what was published. */
export async function scanPackage(folder: string): Promise<Findings> {
	return await scan(folder, ['**/*.js', 'package.json']);
}

/** n8n's own scan says only whether there are errors, so its rules are run again to count all. */
async function scan(folder: string, patterns: string[]): Promise<Findings> {
	const verdict = await analyzePackage(folder, patterns);
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const messages = (await eslint.lintFiles(patterns)).flatMap(({ filePath, messages }) =>
		messages.map(({ line, ruleId, message, severity }) => ({
			severity,
			text: `${relative(folder, filePath)}:${line} ${message} (${ruleId ?? 'no rule'})`,
		})),
	);
	const found = {
		errors: messages.filter(({ severity }) => severity === 2).map(({ text }) => text),
		warnings: messages.filter(({ severity }) => severity === 1).map(({ text }) => text),
	};
	if (verdict.passed || found.errors.length > 0) return { ...nothing, ...found };
	return { ...found, errors: [verdict.details ?? verdict.message ?? 'The scan did not pass.'] };
}
