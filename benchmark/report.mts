import { cpus, loadavg, totalmem } from 'node:os';
import { markdownTable } from 'markdown-table';
import { type Cell, type CellRequests, type CellResults, type Goal, judge } from './cell.mts';
import { SWEEP_CONCURRENCIES, SWEEP_DELAYS_MS } from './cells.mts';
import type { Figure } from './jobs.mts';
import { type Spread, spreadOf } from './statistics.mts';

/** All that a run of the benchmark found out. */
export interface Report {
	machine: string;
	/** The machine's load, of the last minute, when the run began. */
	loadBefore: number;
	isQuick: boolean;
	cells: CellReport[];
}

export interface CellReport {
	name: string;
	title: string;
	runs: number;
	entrants: Array<{ name: string; label: string }>;
	shows: Figure[];
	results: CellResults;
	requests: CellRequests;
	goals: GoalReport[];
}

export interface GoalReport extends Omit<Goal, 'values'> {
	/** Of each run. */
	values: number[];
	/** What had to meet the limit. */
	decisive: number;
	/** Undefined where there were too few runs to tell. */
	isMet: boolean | undefined;
}

interface FigureFormat {
	name: string;
	unit: string;
	digits: number;
	/** To the shown unit. */
	factor?: number;
}

const FORMATS: Record<Figure, FigureFormat> = {
	wallMs: { name: 'Wall time', unit: 's', digits: 2, factor: 1 / 1000 },
	cpuMsPerItem: { name: 'Processor time an item', unit: 'ms', digits: 1 },
	peakMb: { name: 'Peak memory over idle', unit: 'MB', digits: 0 },
	requests: { name: 'Requests', unit: '', digits: 0 },
	verified: { name: 'Verified', unit: '', digits: 0 },
	lost: { name: 'Lost', unit: '', digits: 0 },
	inVain: { name: 'Requests in vain', unit: '', digits: 0 },
	verifiedTwice: { name: 'Verified twice', unit: '', digits: 0 },
	mostBilledOfOne: { name: 'One item sent, at the most', unit: '', digits: 0 },
	maxConcurrent: { name: 'At once, at the most', unit: '', digits: 0 },
	loadMs: { name: 'Time to load', unit: 'ms', digits: 1 },
};

/** The machine, as far as it matters for figures. */
export function machine(): string {
	const [first] = cpus();
	const gigabytes = Math.round(totalmem() / 2 ** 30);
	const { platform, arch, versions } = process;
	const model = first?.model.trim() ?? 'unknown processor';
	return `${cpus().length} x ${model}, ${gigabytes} GB, ${platform} ${arch}, Node.js ${versions.node}`;
}

export function loadNow(): number {
	return loadavg()[0] ?? 0;
}

/** Puts a cell's figures beside its goals. */
export function cellReport(
	cell: Cell,
	entrants: Cell['entrants'],
	{ results, requests }: Pick<CellReport, 'results' | 'requests'>,
): CellReport {
	const runs = Object.values(results[entrants[0]?.name ?? '']?.[0] ?? {})[0]?.all.length ?? 0;
	return {
		name: cell.name,
		title: cell.title,
		runs,
		entrants: entrants.map(({ name, label }) => ({ name, label })),
		shows: cell.shows,
		results,
		requests,
		goals: cell.goals.map((goal) => ({ ...goal, ...judge(goal, results) })),
	};
}

/** A cell's figures: median, and in brackets the least and the most where they differ. */
export function tableOf(cell: CellReport): string {
	return markdownTable(cell.name === 'sweep' ? sweepRows(cell) : rowsOf(cell));
}

function rowsOf({ shows, entrants, results }: CellReport): string[][] {
	return [
		['', ...shows.map((figure) => FORMATS[figure].name)],
		...entrants.map(({ name, label }) => [
			label,
			...shows.map((figure) => format(results[name]?.[0]?.[figure], FORMATS[figure])),
		]),
	];
}

/** The goals, those about the same in one line. */
export function goalLines(goals: GoalReport[]): string[] {
	const nameOf = ({ about, text }: GoalReport) => about ?? text;
	return [...new Set(goals.map(nameOf))].map((name) => {
		const group = goals.filter((goal) => nameOf(goal) === name);
		const heading = group[0]?.about === undefined ? '' : `${name}: `;
		return `${heading}${group.map(goalText).join('; ')}`;
	});
}

/** Its mark, what was found, and what it has to be. */
function goalText({ text, values, decisive, is, limit, by, unit, isMet }: GoalReport): string {
	const { median } = spreadOf(values);
	const found = number(median, unit);
	const bound = number(decisive, unit);
	const doubt = found === bound ? '' : `, ${by === 'median' ? 'up to' : 'at worst'} ${bound}`;
	const mark = isMet === undefined ? '·' : isMet ? '✓' : '✗';
	return `${mark} ${text}: ${found}${doubt} (goal: ${is} ${number(limit, unit)})`;
}

/** The line at the end, which counts the goals. */
export function summary(report: Report): string {
	const goals = report.cells.flatMap((cell) => cell.goals);
	const judged = goals.filter(({ isMet }) => isMet !== undefined);
	const met = judged.filter(({ isMet }) => isMet).length;
	const rest = goals.length - judged.length;
	const toCome = rest === 0 ? '' : `, ${rest} that one run cannot tell of`;
	return `${met} of ${judged.length} goals met${toCome}`;
}

function sweepRows({ results }: CellReport): string[][] {
	const rounds = results.node ?? [];
	return [
		['Max Concurrent Requests', ...SWEEP_DELAYS_MS.map((delay) => `API ${delay} ms`)],
		...SWEEP_CONCURRENCIES.map((concurrency, at) => [
			String(concurrency),
			...SWEEP_DELAYS_MS.map((delayMs, delayAt) => {
				const round = rounds[delayAt * SWEEP_CONCURRENCIES.length + at];
				const wall = round?.wallMs?.median ?? NaN;
				const perSecond = ((round?.verified?.median ?? NaN) * 1000) / wall;
				const share = (perSecond * delayMs) / 1000 / concurrency;
				return `${perSecond.toFixed(1)} items/s (${(share * 100).toFixed(0)} % of the limit)`;
			}),
		]),
	];
}

function format(spread: Spread | undefined, { unit, digits, factor = 1 }: FigureFormat): string {
	if (spread === undefined) return '';
	const [median, min, max] = [spread.median, spread.min, spread.max].map((value) =>
		(value * factor).toFixed(digits),
	);
	const range = min === max ? '' : ` (${min}–${max})`;
	return `${median}${unit === '' ? '' : ` ${unit}`}${range}`;
}

function number(value: number, unit: string): string {
	const text = Number.isInteger(value) ? String(value) : value.toFixed(2);
	return unit === '' ? text : `${text} ${unit}`;
}
