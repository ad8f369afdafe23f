import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/paths.mts';
import { drawOutage, drawPerformance } from './charts.mts';
import { cells } from './cells.mts';
import { limitCell, outageCell } from './outages.mts';
import { type Report, goalLines, summary, tableOf } from './report.mts';

const DOCS = join(ROOT, 'docs');
const BEGIN = '<!-- Figures: written by npm run bench -- --write-docs -->';
const END = '<!-- End of the figures -->';
const TROUBLE = [limitCell, outageCell];

const DOCUMENTS = [
	{
		file: 'performance.md',
		cells: cells.filter((cell) => !TROUBLE.includes(cell)),
		draw: drawPerformance,
		drawing: 'performance.svg',
		shows: 'Wall time and peak memory of Biometric Verify beside the HTTP Request and Switch nodes',
	},
	{
		file: 'reliability.md',
		cells: TROUBLE,
		draw: drawOutage,
		drawing: 'outage.svg',
		shows:
			'The requests of Biometric Verify, and of the HTTP Request and Switch nodes, through an outage of 20 seconds',
	},
];

/**
 * Writes the figures into each document whose cells were all measured, between its two marks, and
 * draws its chart.
 *
 * @returns the documents that were written
 */
export function writeDocs(report: Report): string[] {
	const measured = DOCUMENTS.flatMap((document) => {
		const found = document.cells.flatMap(
			({ name }) => report.cells.find((cell) => cell.name === name) ?? [],
		);
		return found.length < document.cells.length ? [] : [{ ...document, found }];
	});
	for (const { file, draw, drawing, shows, found } of measured) {
		const part = { ...report, cells: found };
		writeFileSync(join(DOCS, 'images', drawing), draw(part));
		writeFigures(file, [`![${shows}](images/${drawing})`, ...figures(part)]);
	}
	return measured.map(({ file }) => file);
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
		...report.cells.flatMap((cell) => {
			// Where there are many, only those that were missed.
			const goals = cell.goals.filter(({ about, isMet }) => about === undefined || !isMet);
			const lines = goalLines(goals).map((line) => `- ${line}`);
			const parts = [`### ${cell.title}`, tableOf(cell), lines.join('\n')];
			return parts.filter((part) => part !== '');
		}),
	];
}
