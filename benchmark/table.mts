import { markdownTable } from 'markdown-table';
import type { Figures, Measured } from './runner.mts';
import type { Figure, Scenario } from './scenarios.mts';

const HEADING = [
	...['Scenario', 'Figure', 'Biometric Verify', 'HTTP Request + Switch'],
	'Limit for Biometric Verify',
];

const FIGURES: Record<Figure, { name: string; format: (value: number) => string }> = {
	wallMs: { name: 'Time', format: (ms) => `${(ms / 1000).toFixed(1)} s` },
	cpuMsPerItem: { name: 'Processor time per item', format: (ms) => `${ms.toFixed(1)} ms` },
	peakMb: { name: 'Peak memory', format: (mb) => `${mb.toFixed(0)} MB` },
	maxConcurrent: { name: 'Most requests at once', format: String },
	verified: { name: 'Items verified', format: String },
	wasted: { name: 'Requests without a verification', format: String },
	verifiedTwice: { name: 'Items verified again', format: String },
};

/** A figure of all variants, beside its limit. */
export interface Line {
	cells: string[];
	/** True where there is no limit, or nothing to compare with. */
	isMet: boolean;
}

/** The lines of the one table: medians, with the least and the most in brackets. */
export function linesOf(measured: Measured[]): Line[] {
	return measured.flatMap(({ scenario, runs }, row) => {
		const others = scenario.comparedWith ? measured[row - 1]?.runs.node : runs.chain;
		const figures = Object.keys(scenario.figures) as Figure[];
		return figures.map((figure, index): Line => {
			const { name, format } = FIGURES[figure];
			const { text, isMet } = judge(scenario, figure, runs.node, others ?? []);
			const found = [runs.node, runs.chain].map((each) => spread(each, figure, format));
			const title = index === 0 ? `\`${scenario.name}\`: ${scenario.title}` : '';
			return { cells: [title, name, ...found, text], isMet };
		});
	});
}

export function tableOf(lines: Line[]): string {
	return markdownTable([HEADING, ...lines.map(({ cells }) => cells)]);
}

function judge(
	{ figures, comparedWith }: Scenario,
	figure: Figure,
	node: Figures[],
	others: Figures[],
): { text: string; isMet: boolean } {
	const limit = figures[figure];
	if (typeof limit !== 'number') return { text: '', isMet: true };
	const values = valuesOf(node, figure);
	switch (figure) {
		case 'wallMs':
		case 'cpuMsPerItem':
		case 'peakMb': {
			const ratios = valuesOf(others, figure).map((other, run) => (values[run] ?? NaN) / other);
			if (ratios.length === 0) return { text: 'not measured', isMet: true };
			const ratio = median(ratios);
			const of = comparedWith ? 'the row above' : 'HTTP Request + Switch';
			return verdict(`at most ${limit} x ${of}, was ${ratio.toFixed(2)} x`, ratio <= limit);
		}
		case 'verified':
			return verdict(`at least ${limit}`, Math.min(...values) >= limit);
		default:
			return verdict(`at most ${limit}`, Math.max(...values) <= limit);
	}
}

function verdict(text: string, isMet: boolean) {
	return { text: isMet ? text : `**missed**: ${text}`, isMet };
}

function valuesOf(runs: Figures[], figure: Figure): number[] {
	return runs.flatMap((figures) => figures[figure] ?? []);
}

function spread(runs: Figures[], figure: Figure, format: (value: number) => string): string {
	const values = valuesOf(runs, figure);
	if (values.length === 0) return '';
	const shown = [median(values), Math.min(...values), Math.max(...values)].map(format);
	const [middle = '', least, most] = shown;
	return least === most ? middle : `${middle} (${least}–${most})`;
}

function median(values: number[]): number {
	return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
