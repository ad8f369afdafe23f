import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { CellReport, Report } from './report.mts';
import { SPEED_LIMIT_MS } from './cells.mts';
import type { Figure, TimedRequest } from './jobs.mts';
import { DRAWN, outageCell } from './outages.mts';

const WIDTH = 840;
const GAP = 16;
const LABELS = 310;

/** What is needed of an SVG element: there are no types of a browser here. */
interface Drawing {
	outerHTML: string;
	getAttribute(name: string): string | null;
	setAttribute(name: string, value: string): void;
}

/** Where the library draws: no browser is needed. */
const { document } = parseHTML('<html><body></body></html>') as { document: object };

/** Colors by name, legible on white and on black. */
const STYLE = `
svg { --ink: #1f2328; --node: #0969da; --other: #8c959f; --line: #cf222e; --again: #bf3989; --shade: #cf222e1a; color: var(--ink); }
@media (prefers-color-scheme: dark) {
	svg { --ink: #e6edf3; --node: #4493f8; --other: #656c76; --line: #ff7b72; --again: #f778ba; --shade: #ff7b7226; }
}`;

const MARKS: Record<TimedRequest['outcome'], { label: string; symbol: string; color: string }> = {
	inVain: { label: 'in vain', symbol: 'times', color: 'var(--line)' },
	verified: { label: 'verified', symbol: 'circle', color: 'var(--node)' },
	verifiedTwice: { label: 'verified again', symbol: 'square', color: 'var(--again)' },
};

/** Wall time against the limit, and peak memory, with whiskers from the least to the most. */
export function drawPerformance(report: Report): string {
	return stacked('Wall time and peak memory beside the HTTP Request and Switch nodes', [
		bars(cellOf(report, 'speed'), 'wallMs', { unit: 's', digits: 2, factor: 1 / 1000 }, [
			SPEED_LIMIT_MS,
		]),
		bars(cellOf(report, 'memory'), 'peakMb', { unit: 'MB', digits: 0, factor: 1 }, []),
		bars(cellOf(report, 'memory-slow'), 'peakMb', { unit: 'MB', digits: 0, factor: 1 }, []),
	]);
}

/** Every request of the node and of the chain through an outage, by time and item. */
export function drawOutage(report: Report): string {
	const { requests } = cellOf(report, outageCell.name);
	const ofNode = requests[DRAWN.node] ?? [];
	const ofChain = requests[DRAWN.chain] ?? [];
	const seconds = Math.max(...[...ofNode, ...ofChain].map(({ at }) => Math.ceil(at / 1000)));
	return stacked(`Requests through an outage of ${DRAWN.seconds} seconds`, [
		requestsOverTime('Biometric Verify', ofNode, seconds),
		requestsOverTime('HTTP Request + Switch', ofChain, seconds),
	]);
}

function bars(
	{ title, entrants, results }: CellReport,
	figure: Figure,
	{ unit, digits, factor }: { unit: string; digits: number; factor: number },
	limits: number[],
): Drawing {
	const rows = entrants.flatMap(({ name, label }) => {
		const found = results[name]?.[0]?.[figure];
		if (!found) return [];
		const [median = 0, least = 0, most = 0] = [found.median, found.min, found.max].map(
			(value) => value * factor,
		);
		const color = name === 'node' ? 'var(--node)' : 'var(--other)';
		return [{ label, median, least, most, text: `${median.toFixed(digits)} ${unit}`, color }];
	});
	return draw(title, {
		marginLeft: LABELS,
		marginRight: 70,
		marginBottom: 10,
		height: 50 + 28 * rows.length,
		x: { axis: null },
		y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0 },
		marks: [
			Plot.barX(rows, { x: 'median', y: 'label', fill: 'color', inset: 3 }),
			Plot.link(rows, { x1: 'least', x2: 'most', y1: 'label', y2: 'label' }),
			Plot.text(rows, { x: 'most', y: 'label', text: 'text', dx: 8, textAnchor: 'start' }),
			Plot.ruleX(limits, {
				x: (limit: number) => limit * factor,
				stroke: 'var(--line)',
				strokeDasharray: '4 3',
			}),
			Plot.text(limits, {
				x: (limit: number) => limit * factor,
				text: (limit: number) => `no client is faster than ${limit * factor} ${unit}`,
				fill: 'var(--line)',
				frameAnchor: 'top',
				dy: -8,
			}),
		],
	});
}

function requestsOverTime(title: string, requests: TimedRequest[], seconds: number): Drawing {
	const legend = Object.entries(MARKS).map(([outcome, { label, color, symbol }], index) => {
		const place = { frameAnchor: 'top-left', dy: -14, dx: 6 + 170 * index } as const;
		const count = requests.filter((request) => request.outcome === outcome).length;
		return [
			Plot.dot([0], { ...place, symbol, stroke: color }),
			Plot.text([`${count} ${label}`], {
				...place,
				dx: place.dx + 10,
				textAnchor: 'start',
				lineAnchor: 'middle',
			}),
		];
	});
	return draw(`${title}: ${requests.length} requests for 100 people`, {
		height: 260,
		marginLeft: 60,
		marginTop: 60,
		marginBottom: 40,
		x: { domain: [0, seconds], label: 'seconds' },
		y: { domain: [0, 99], ticks: [0, 50, 99], label: 'item', labelAnchor: 'center' },
		symbol: { type: 'identity' },
		marks: [
			Plot.rect([0], { x1: 0, x2: DRAWN.seconds, y1: 0, y2: 99, fill: 'var(--shade)' }),
			Plot.text(['outage'], { frameAnchor: 'top-left', dx: 6, dy: 6, fill: 'var(--line)' }),
			Plot.dot(requests, {
				x: ({ at }: TimedRequest) => at / 1000,
				y: 'item',
				symbol: ({ outcome }: TimedRequest) => MARKS[outcome].symbol,
				stroke: ({ outcome }: TimedRequest) => MARKS[outcome].color,
				r: 2.5,
			}),
			...legend,
		],
	});
}

function draw(title: string, options: Plot.PlotOptions): Drawing {
	const { marginTop = 40, marginLeft = 40 } = options;
	const place = { frameAnchor: 'top-left', dx: 8 - marginLeft, dy: 14 - marginTop } as const;
	const heading = Plot.text([title], {
		...{ ...place, textAnchor: 'start', fontWeight: 600, fontSize: 14 },
	});
	return Plot.plot({
		...{ document, width: WIDTH, marginTop, marginLeft, style: { fontSize: '13px' }, ...options },
		marks: [...(options.marks ?? []), heading],
	}) as Drawing;
}

function cellOf({ cells }: Report, name: string): CellReport {
	const cell = cells.find((candidate) => candidate.name === name);
	if (cell === undefined) throw new Error(`The report has no ${name}`);
	return cell;
}

/** One drawing of several, one below the other. */
function stacked(label: string, plots: Drawing[]): string {
	let top = 0;
	const parts = plots.map((plot) => {
		plot.setAttribute('y', String(top));
		top += Number(plot.getAttribute('height')) + GAP;
		return plot.outerHTML;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-label="${label}">`,
		`<style>${STYLE}</style>`,
		...parts,
		'</svg>',
		'',
	].join('\n');
}
