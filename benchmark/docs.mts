import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/paths.mts';
import { drawOutage, drawPerformance } from './charts.mts';
import { limitCell, outageCell } from './outages.mts';
import {
	type CellReport,
	type Report,
	type Table,
	goalLines,
	summary,
	tableOf,
} from './report.mts';

const DOCS = join(ROOT, 'docs');
const BEGIN = '<!-- Figures: written by npm run bench -- --write-docs -->';
const END = '<!-- End of the figures -->';

/** Writes the figures into the documents, each between its two marks, and draws their charts. */
export function writeDocs(report: Report): void {
	const ofTrouble = ({ name }: CellReport) => [limitCell.name, outageCell.name].includes(name);
	const trouble = { ...report, cells: report.cells.filter(ofTrouble) };
	const rest = { ...report, cells: report.cells.filter((cell) => !ofTrouble(cell)) };

	writeFileSync(join(DOCS, 'images', 'performance.svg'), drawPerformance(rest));
	writeFigures('performance.md', [
		'![Wall time and peak memory of Biometric Verify beside the HTTP Request and Switch nodes](images/performance.svg)',
		...figures(rest),
	]);
	writeFileSync(join(DOCS, 'images', 'outage.svg'), drawOutage(trouble));
	writeFigures('reliability.md', [
		'![The requests of Biometric Verify, and of the HTTP Request and Switch nodes, through an outage of 20 seconds](images/outage.svg)',
		...figures(trouble),
	]);
}

function writeFigures(document: string, parts: string[]): void {
	const path = join(DOCS, document);
	const text = readFileSync(path, 'utf8');
	const begin = text.indexOf(BEGIN);
	const end = text.indexOf(END);
	if (begin < 0 || end < begin) throw new Error(`${path} has lost the marks of its figures`);
	const written = [BEGIN, ...parts, text.slice(end)].join('\n\n');
	writeFileSync(path, `${text.slice(0, begin)}${written}`);
}

function figures(report: Report): string[] {
	const intro = [
		`**${summary(report)}.**`,
		`Machine: ${report.machine}; its load when the run began: ${report.loadBefore.toFixed(1)}.`,
		'Figures are medians of at least 5 runs, with the least and the most in brackets.',
		'A count must meet its goal in every run. A ratio is taken of runs side by side: what must meet',
		'the goal is what its median is not above with a confidence of 95 % ("up to").',
	].join(' ');
	return [
		intro,
		...report.cells.flatMap((cell) => [
			`### ${cell.title}`,
			asMarkdown(tableOf(cell)),
			...(cell.goals.length > 0
				? [
						goalLines(cell.goals)
							.map((line) => `- ${line}`)
							.join('\n'),
					]
				: []),
		]),
	];
}

function asMarkdown({ head, rows }: Table): string {
	// Aligned, as prettier has it, so that what is written here needs no formatting.
	const widths = head.map((_, column) =>
		Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
	);
	const line = (row: string[]) =>
		`| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
