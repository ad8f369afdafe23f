import type { AssumptionId, ProbeName } from '../../sandbox/assumptions.mts';
import { readService } from './builtNode.mts';
import { dispatcherFor, type Exchange } from './exchange.mts';
import type { TestImages } from './images.mts';
import {
	areKeysRefused,
	judgeAssumptions,
	type Result,
	type Seen,
	takesOwnSpelling,
} from './judgments.mts';
import { plan, probesOf, verificationsIn } from './plan.mts';
import { type ApiVersion, type Kit, probes } from './probes.mts';
import type { Keys } from './redact.mts';
import { type Unknown, unknownIn } from './unknown.mts';

/** So many requests without any response, one after the other, and Kairos is not there. */
const LOST_IN_A_ROW = 2;

/** What to check, and with whose account. */
export interface CheckOptions {
	keys: Keys;
	baseUrl: string;
	apiVersion: ApiVersion;
	isQuick: boolean;
	images: TestImages;
	/** Ends the check early. */
	signal: AbortSignal;
	/** Called before each probe. */
	onProbe: (title: string) => void;
}

/** What came of a check. */
export interface Checked {
	seen: Seen;
	/** In the order of the table of assumptions. */
	results: Array<{ id: AssumptionId } & Result>;
	unknown: Unknown;
	/** How many verifications Kairos may have counted. */
	verifications: number;
	/** Why not all probes were sent; absent when they were. */
	stopped?: string;
}

/**
 * Asks Kairos everything that can be asked, one request after the other, none of them twice.
 *
 * @throws {KairosError} when Base URL cannot be used.
 */
export async function check(options: CheckOptions): Promise<Checked> {
	const { keys, baseUrl, apiVersion, isQuick, images, signal, onProbe } = options;
	const credential = { appId: keys.appId, appSecretKey: keys.appKey, baseUrl, apiVersion };
	const dispatcher = dispatcherFor(readService(credential).isOnOwnNetwork);
	const kit: Kit = { credential, dispatcher, images, signal };
	const seen: Seen = { apiVersion, images, exchanges: {} };
	const sent: ProbeName[] = [];
	let stopped: string | undefined;
	try {
		for (const name of probesOf(isQuick)) {
			stopped = reasonToStop(seen, sent, signal);
			if (stopped !== undefined) break;
			onProbe(plan[name].title);
			if (!takesOwnSpelling(seen)) kit.spelling = 'both';
			seen.exchanges[name] = await probes[name](kit);
			sent.push(name);
		}
		if (signal.aborted) stopped = STOPPED_BY_HAND;
	} finally {
		await dispatcher.destroy();
	}
	const results = judgeAssumptions(seen);
	const unknown = unknownIn(seen);
	return { seen, results, unknown, verifications: verificationsIn(sent), stopped };
}

const STOPPED_BY_HAND = 'It was stopped before its end.';

function reasonToStop(
	seen: Seen,
	sent: readonly ProbeName[],
	signal: AbortSignal,
): string | undefined {
	if (signal.aborted) return STOPPED_BY_HAND;
	const last = sent.slice(-LOST_IN_A_ROW).map((name) => seen.exchanges[name]);
	if (last.length === LOST_IN_A_ROW && last.every((exchange) => !exchange?.received)) {
		return `No response came from Kairos. ${last.at(-1)?.error?.message ?? ''}.`;
	}
	if (areKeysRefused(seen)) {
		return 'Kairos refused App ID or App Key, or the account has reached a usage limit. Nothing else was sent.';
	}
	const busy = sent.find((name) => name !== 'wrongKey' && endsCheck(seen.exchanges[name]));
	if (busy === undefined) return undefined;
	const { received, error } = seen.exchanges[busy] ?? {};
	const what = received
		? `Kairos takes no more requests (HTTP ${received.status}).`
		: 'No response came from Kairos.';
	return `${what} ${error?.message}.`;
}

/** What would hit every further request as well. */
function endsCheck(exchange: Exchange | undefined): boolean {
	return exchange?.error?.endsRun === true || exchange?.error?.retry === 'notTaken';
}
