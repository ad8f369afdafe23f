import { SPEED_LIMIT_MS } from './cells.mts';
import type { Figure } from './jobs.mts';
import type { CellReport, Report } from './report.mts';
import type { Spread } from './statistics.mts';

interface Bar {
	label: string;
	spread: Spread;
	isNode: boolean;
}

interface Panel {
	title: string;
	unit: string;
	digits: number;
	bars: Bar[];
	/** A line across the bars, and what it says. */
	line: { value: number; label: string };
}

const WIDTH = 840;
const LEFT = 380;
const RIGHT = 110;
const BAR = 18;
const ROW = 28;
const HEAD = 56;
const GAP = 24;

/** Draws wall time against the limit, and memory against the goal, with whiskers from least to most. */
export function drawChart(report: Report): string {
	const panels = [
		panelOf(report, 'speed', 'wallMs', {
			...{ unit: 's', digits: 2, factor: 1 / 1000 },
			line: { value: SPEED_LIMIT_MS, label: 'limit' },
		}),
		panelOf(report, 'memory', 'peakMb', {
			...{ unit: 'MB', digits: 0, factor: 1 },
			line: { value: 60, label: 'goal' },
		}),
		panelOf(report, 'memory-slow', 'peakMb', {
			...{ unit: 'MB', digits: 0, factor: 1 },
			line: { value: 80, label: 'goal' },
		}),
	];
	let top = 0;
	const drawn = panels.map((panel) => {
		const part = `<g transform="translate(0 ${top})">${drawPanel(panel)}</g>`;
		top += heightOf(panel) + GAP;
		return part;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-label="Wall time and peak memory of Biometric Verify beside the HTTP Request and Switch nodes">`,
		`<style>${STYLE}</style>`,
		...drawn,
		'</svg>',
		'',
	].join('\n');
}

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 14px; }
.small { font-size: 11px; }
.node { fill: #0969da; }
.other { fill: #8c959f; }
.line { stroke: #cf222e; stroke-dasharray: 4 3; }
.whisker { stroke: #1f2328; }
@media (prefers-color-scheme: dark) {
	text { fill: #e6edf3; }
	.whisker { stroke: #e6edf3; }
	.node { fill: #4493f8; }
	.other { fill: #656c76; }
}
`;

function panelOf(
	{ cells }: Report,
	name: string,
	figure: Figure,
	how: { unit: string; digits: number; factor: number; line: Panel['line'] },
): Panel {
	const cell = cells.find((candidate) => candidate.name === name);
	if (cell === undefined) throw new Error(`The report has no ${name}`);
	const { unit, digits, factor, line } = how;
	const scaled = ({ median, min, max, all }: Spread): Spread => ({
		median: median * factor,
		min: min * factor,
		max: max * factor,
		all,
	});
	return {
		...{ title: cell.title, unit, digits },
		bars: contestantsOf(cell).flatMap(({ name: entrant, label }) => {
			const spread = cell.results[entrant]?.[0]?.[figure];
			return spread ? [{ label, spread: scaled(spread), isNode: entrant === 'node' }] : [];
		}),
		line: { value: line.value * factor, label: line.label },
	};
}

/** Without the ways to build a body: they are in the table. */
function contestantsOf({ entrants }: CellReport): CellReport['entrants'] {
	return entrants.filter(({ name }) => !name.startsWith('body:'));
}

function drawPanel({ title, unit, digits, bars, line }: Panel): string {
	const most = Math.max(line.value, ...bars.map(({ spread }) => spread.max));
	const x = (value: number) => round(LEFT + (value / most) * (WIDTH - LEFT - RIGHT));
	const rows = bars.map(({ label, spread, isNode }, at) => {
		const y = HEAD + at * ROW;
		const middle = y + BAR / 2;
		return [
			`<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${label}</text>`,
			`<rect class="${isNode ? 'node' : 'other'}" x="${LEFT}" y="${y}" width="${round(x(spread.median) - LEFT)}" height="${BAR}" rx="2"/>`,
			`<line class="whisker" x1="${x(spread.min)}" y1="${middle}" x2="${x(spread.max)}" y2="${middle}"/>`,
			`<text x="${x(spread.max) + 8}" y="${middle + 4}">${spread.median.toFixed(digits)} ${unit}</text>`,
		].join('');
	});
	const bottom = HEAD + bars.length * ROW;
	return [
		`<text class="title" x="8" y="20">${title}</text>`,
		...rows,
		`<line class="line" x1="${x(line.value)}" y1="${HEAD - 8}" x2="${x(line.value)}" y2="${bottom}"/>`,
		`<text class="small" x="${x(line.value)}" y="${HEAD - 12}" text-anchor="middle">${line.label} ${line.value.toFixed(digits)} ${unit}</text>`,
	].join('\n');
}

function heightOf({ bars }: Panel): number {
	return HEAD + bars.length * ROW;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
