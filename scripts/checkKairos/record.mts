import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeName } from '../../sandbox/assumptions.mts';
import { httpError, judge, KairosError, readResponse } from './builtNode.mts';
import type { Checked } from './check.mts';
import { DEFAULT_RULES, type Received } from './exchange.mts';
import { plan } from './plan.mts';
import { otherVersion } from './probes.mts';
import { type Keys, redact } from './redact.mts';

/** What the node makes of a response; it stands beside it in the fixture. */
type Expected =
	| { decision: string; findings: string[] }
	| { error: { cause: string | undefined; retry: string } };

/** A response as the tests keep it: one file each in test/fixtures/responses. */
interface Fixture {
	/** What it is a response to, for people. */
	about: string;
	status: number;
	/** JSON, or text where it is none. */
	body: unknown;
	expected: Expected;
}

/** All but the probes that only compare statuses. */
const RECORDED = (Object.keys(plan) as ProbeName[]).filter(
	(name) => plan[name].pair !== undefined || name === 'missingPart' || name === 'credentialTest',
);

/** Fields whose text matters to the node, or to people; from others only the type is kept. */
const WORDS = /^(?:code|decision|description|message|error|title|detail)$/i;
const NUMERIC = /^-?\d{1,3}(?:\.\d{1,17})? ?%?$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Larger numbers than any score or size: times, IDs. */
const LARGEST_NUMBER = 100_000;

/**
 * Writes each response into a file of its own, without anything of the account or the request.
 *
 * @returns how many files there are
 */
export function record(folder: string, { seen }: Checked, keys: Keys): number {
	mkdirSync(folder, { recursive: true });
	let count = 0;
	for (const probe of RECORDED) {
		const received = seen.exchanges[probe]?.received;
		if (received === undefined) continue;
		const version = probe === 'otherVersion' ? otherVersion(seen.apiVersion) : seen.apiVersion;
		const about = `${plan[probe].title}, ${version}, by npm run check:kairos.`;
		const fixture = fixtureOf(about, received, keys);
		const file = join(folder, `${version}-${kebab(probe)}.json`);
		writeFileSync(file, `${JSON.stringify(fixture, undefined, '\t')}\n`);
		count++;
	}
	return count;
}

function fixtureOf(about: string, { status, text }: Received, keys: Keys): Fixture {
	const body = redactedBody(text, keys);
	return { about, status, body, expected: expectedOf(status, body) };
}

function redactedBody(text: string, keys: Keys): unknown {
	try {
		return redactedValue(JSON.parse(text), '', keys);
	} catch {
		return text === '' ? '' : '[text]';
	}
}

function redactedValue(value: unknown, name: string, keys: Keys): unknown {
	if (typeof value === 'string') return redactedText(value, name, keys);
	if (typeof value === 'number') return Math.abs(value) > LARGEST_NUMBER ? 0 : value;
	if (Array.isArray(value)) return value.map((entry) => redactedValue(entry, name, keys));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [
			redact(key, keys),
			redactedValue(inner, key, keys),
		]),
	);
}

function redactedText(text: string, name: string, keys: Keys): string {
	if (UUID.test(text)) return '00000000-0000-4000-8000-000000000000';
	if (TIME.test(text)) return text.replace(TIME, (time) => `2000-01-01${time[10]}00:00:00`);
	if (text === '' || NUMERIC.test(text)) return text;
	return WORDS.test(name) ? redact(text, keys) : '[text]';
}

function expectedOf(status: number, body: unknown): Expected {
	try {
		if (status !== 200) throw httpError({ status, serverMessage: '' });
		const response = readResponse(typeof body === 'string' ? body : JSON.stringify(body));
		const { decision, findings } = judge(
			{ response, selfieSha256: 'a', photoSha256: 'b', isRequestIdRepeated: false },
			DEFAULT_RULES,
		);
		return { decision, findings: findings.map(({ code }) => code) };
	} catch (error) {
		if (!(error instanceof KairosError)) throw error;
		return { error: { cause: error.cause, retry: error.retry } };
	}
}

function kebab(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
