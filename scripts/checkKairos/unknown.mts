import type { ProbeName } from '../../sandbox/assumptions.mts';
import { documentedBody } from '../fixtures.mts';
import { httpError } from './builtNode.mts';
import { isKnownDecision, type Seen, unknownCodes, verificationsOf } from './judgments.mts';

/** What came that the node does not know. */
export interface Unknown {
	/** Codes of details. */
	codes: string[];
	/** Words for the decision of a detail. */
	decisions: string[];
	/** Statuses for which the node has no words of their own. */
	statuses: string[];
	/** Fields of a response with the status 200 that Kairos does not document. */
	fields: string[];
	/** Names of all headers that came; those about limits and waiting with their values. */
	headers: string[];
}

/** Any status without a meaning of its own: the first is nobody's, the second is a joke. */
const MEANINGLESS = [299, 418];

/** What the sandbox, and HTTP, give a request that cannot be understood. */
const BAD_REQUEST = 400;

const WITH_VALUE = /rate-?limit|^retry-after$|^content-type$/;

const documented: unknown = JSON.parse(documentedBody);

/** Gathers all that came and that the node does not know. */
export function unknownIn(seen: Seen): Unknown {
	const probes = Object.keys(seen.exchanges) as ProbeName[];
	const verifications = verificationsOf(seen, probes);
	const decisions = verifications
		.flatMap(({ response }) => response.decision?.details ?? [])
		.map(({ decision }) => decision)
		.filter((word) => !isKnownDecision(word));
	const known = new Set(pathsIn(documented));
	const received = Object.values(seen.exchanges).flatMap((exchange) => exchange.received ?? []);
	return {
		codes: sorted(verifications.flatMap(unknownCodes)),
		decisions: sorted(decisions.map((word) => word ?? '(none)')),
		statuses: sorted(
			received
				.map(({ status }) => status)
				.filter(isUnknown)
				.map(String),
		),
		fields: sorted(
			verifications
				.flatMap(({ response }) => pathsIn(response.raw))
				.filter((path) => !known.has(path)),
		),
		headers: sorted(
			received.flatMap(({ headers }) =>
				Object.entries(headers).map(([name, value]) =>
					WITH_VALUE.test(name) ? `${name}: ${value}` : name,
				),
			),
		),
	};
}

function isUnknown(status: number): boolean {
	if (status === 200 || status === BAD_REQUEST) return false;
	const { message } = httpError({ status, serverMessage: '' });
	return MEANINGLESS.some(
		(meaningless) =>
			httpError({ status: meaningless, serverMessage: '' }).message ===
			message.replace(String(status), String(meaningless)),
	);
}

/** The paths of all fields, with `[]` for the entries of a list. */
function pathsIn(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((entry) => pathsIn(entry, `${path}[]`));
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => {
		const at = path === '' ? name : `${path}.${name}`;
		return [at, ...pathsIn(inner, at)];
	});
}

function sorted(texts: string[]): string[] {
	return [...new Set(texts)].sort();
}
