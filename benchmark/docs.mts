import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../scripts/paths.mts';
import { drawChart } from './chart.mts';
import { type Report, type Table, goalLine, summary, tableOf } from './report.mts';

const DOCUMENT = join(ROOT, 'docs', 'performance.md');
const CHART = join(ROOT, 'docs', 'images', 'performance.svg');
const CHART_IN_DOCUMENT =
	'![Wall time and peak memory of Biometric Verify beside the HTTP Request and Switch nodes](images/performance.svg)';
const BEGIN = '<!-- Figures: written by npm run bench -- --write-docs -->';
const END = '<!-- End of the figures -->';

/** Writes the figures into the document, between its two marks, and draws its chart. */
export function writeDocs(report: Report): void {
	const text = readFileSync(DOCUMENT, 'utf8');
	const begin = text.indexOf(BEGIN);
	const end = text.indexOf(END);
	if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has lost the marks of its figures`);
	writeFileSync(
		DOCUMENT,
		`${text.slice(0, begin)}${BEGIN}\n\n${figures(report)}\n${text.slice(end)}`,
	);
	mkdirSync(dirname(CHART), { recursive: true });
	writeFileSync(CHART, drawChart(report));
}

function figures(report: Report): string {
	const cells = report.cells.map((cell) =>
		[
			`### ${cell.title}`,
			asMarkdown(tableOf(cell)),
			...(cell.goals.length > 0
				? [cell.goals.map((goal) => `- ${goalLine(goal)}`).join('\n')]
				: []),
		].join('\n\n'),
	);
	const intro = [
		`**${summary(report)}.**`,
		`Machine: ${report.machine}; its load when the run began: ${report.loadBefore.toFixed(1)}.`,
		'Figures are medians of at least 5 runs, with the least and the most in brackets.',
	].join(' ');
	return [CHART_IN_DOCUMENT, intro, ...cells, ''].join('\n\n').trimEnd().concat('\n');
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
