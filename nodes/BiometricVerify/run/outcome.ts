import type { Pair } from '../input/pairs';
import type { KairosResponse } from '../kairos/response';
import type { Job } from './jobs';

/**
 * What became of a pair: it was verified; it failed for a reason of its own; or it was skipped, not
 * even sent, because of another pair's error.
 */
export type Outcome = { pair: Pair } & (
	| { status: 'verified'; job: Job; response: KairosResponse; attempts: number }
	| { status: 'failed'; error: unknown }
	| { status: 'skipped'; reason: unknown }
);

/** The outcome of a pair that Kairos verified, ready to be judged. */
export type Verified = Extract<Outcome, { status: 'verified' }>;

/** The outcome of a pair that failed for a reason of its own. */
export function failed(pair: Pair, error: unknown): Outcome {
	return { pair, status: 'failed', error };
}

/** The outcomes of the pairs that Kairos verified. */
export function verifiedAmong(outcomes: readonly Outcome[]): Verified[] {
	return outcomes.filter((outcome) => outcome.status === 'verified');
}
