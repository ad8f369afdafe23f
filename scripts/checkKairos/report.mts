import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Assumption, assumptions } from '../../sandbox/assumptions.mts';
import { ROOT } from '../paths.mts';
import type { Checked } from './check.mts';
import type { Result } from './judgments.mts';
import type { ApiVersion } from './probes.mts';
import { type Keys, redact } from './redact.mts';
import type { Unknown } from './unknown.mts';

/** What a check found, without anything of the account: fit for a public issue. */
export interface Report {
	/** Version of this package. */
	package: string;
	/** `YYYY-MM-DD`, UTC. */
	day: string;
	apiVersion: ApiVersion;
	/** Whether it was asked at the address that the credential suggests. */
	isUsualAddress: boolean;
	verifications: number;
	stopped?: string;
	assumptions: Array<Pick<Assumption, 'id' | 'statement' | 'source' | 'ifWrong'> & Result>;
	unknown: Unknown;
}

const MARKS: Record<Result['outcome'], string> = {
	held: '✓ held',
	differs: '✗ differs',
	'not tested': '- not tested',
};

const UNKNOWN_TITLES: Record<keyof Unknown, string> = {
	codes: 'Codes that the node does not know',
	decisions: 'Decision words that the node does not know',
	statuses: 'HTTP statuses that the node does not know',
	fields: 'Fields that are not documented',
	headers: 'Headers that came',
};

/** The longest that is said about what came, in characters. */
const LONGEST_TEXT = 300;

/** Makes the report; nothing that Kairos sent gets into it unless the keys and IDs are out of it. */
export function reportOf(
	{ results, unknown, verifications, stopped }: Checked,
	{
		keys,
		isUsualAddress,
		apiVersion,
	}: {
		keys: Keys;
		isUsualAddress: boolean;
		apiVersion: ApiVersion;
	},
): Report {
	const safe = (text: string) =>
		redact(text, keys)
			.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
			.slice(0, LONGEST_TEXT);
	const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
		version: string;
	};
	return {
		package: version,
		day: new Date().toISOString().slice(0, 10),
		apiVersion,
		isUsualAddress,
		verifications,
		...(stopped !== undefined && { stopped: safe(stopped) }),
		assumptions: assumptions.map(({ id, statement, source, ifWrong }) => {
			const { outcome, came } = results.find((result) => result.id === id) ?? {
				outcome: 'not tested',
				came: '',
			};
			return { id, statement, source, ifWrong, outcome, came: safe(came) };
		}),
		unknown: {
			codes: unknown.codes.map(safe),
			decisions: unknown.decisions.map(safe),
			statuses: unknown.statuses.map(safe),
			fields: unknown.fields.map(safe),
			headers: unknown.headers.map(safe),
		},
	};
}

/** Whether something came that the node does not expect. */
export function hasNews({ assumptions: results, unknown }: Report): boolean {
	const { codes, decisions, statuses } = unknown;
	return (
		results.some(({ outcome }) => outcome === 'differs') ||
		[codes, decisions, statuses].some((list) => list.length > 0)
	);
}

/** For a terminal. */
export function toText(report: Report): string {
	const rows = report.assumptions.map(({ id, outcome, came }) => [id, MARKS[outcome], came]);
	const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	const table = rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd(),
	);
	const wrong = report.assumptions
		.filter(({ outcome }) => outcome === 'differs')
		.flatMap(({ id, statement, came, ifWrong }) => [
			'',
			`${id} differs`,
			`  assumed: ${statement}`,
			`  came:    ${came}`,
			`  so:      ${ifWrong}`,
		]);
	const unknown = unknownLists(report).map(([title, list]) => `${title}: ${list.join(', ')}`);
	return [...table, ...wrong, '', ...unknown, '', summaryOf(report)].join('\n');
}

/** For an issue. */
export function toMarkdown(report: Report): string {
	const { package: version, day, apiVersion, isUsualAddress } = report;
	const rows = report.assumptions.map(
		({ id, statement, source, outcome, came }) =>
			`| ${[`\`${id}\``, statement, source, outcome, escaped(came)].join(' | ')} |`,
	);
	return [
		'# What Kairos answered',
		`n8n-nodes-kairos ${version}, API ${apiVersion}, ${isUsualAddress ? 'usual' : 'another'} Base URL, ${day}. ${summaryOf(report)}`,
		[
			'| id | assumption | source | outcome | what came |',
			'| --- | --- | --- | --- | --- |',
			...rows,
		].join('\n'),
		...unknownLists(report).map(
			([title, list]) => `${title}: ${list.map((text) => escaped(text)).join(', ')}.`,
		),
	]
		.join('\n\n')
		.concat('\n');
}

/** One sentence or two about the whole. */
function summaryOf({ assumptions: results, verifications, stopped }: Report): string {
	const count = (outcome: Result['outcome']) =>
		results.filter((result) => result.outcome === outcome).length;
	return [
		...(stopped === undefined ? [] : [stopped]),
		`${count('held')} held, ${count('differs')} differ, ${count('not tested')} not tested.`,
		`Verifications used, at most: ${verifications}.`,
	].join(' ');
}

function unknownLists({ unknown }: Report): Array<[title: string, list: string[]]> {
	return (Object.keys(UNKNOWN_TITLES) as Array<keyof Unknown>)
		.filter((kind) => unknown[kind].length > 0)
		.map((kind) => [UNKNOWN_TITLES[kind], unknown[kind]]);
}

/** What Kairos wrote must neither break the table nor become a link, a mention or HTML. */
function escaped(text: string): string {
	return text.replace(/[\\|<>[\]@#&*_~]/g, '\\$&').replaceAll('\\@', '(at)');
}
