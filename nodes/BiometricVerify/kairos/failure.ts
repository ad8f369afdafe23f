/** Why a request to Kairos gave no answer; the words are n8n's own (`failure.cause` of its errors). */
export type FailureCause =
	| 'rate-limited'
	| 'quota-exhausted'
	| 'temporarily-unavailable'
	| 'credential-invalid'
	| 'configuration-invalid';

interface FailureFacts {
	/** What happened, as a sentence without item number. */
	message: string;
	/** How the builder of the workflow can go on. */
	wayOut: string;
	cause?: FailureCause;
	/** The HTTP status, when Kairos gave one. */
	httpCode?: number;
	/** Whether the same request may succeed when it is sent again. */
	mayPass?: boolean;
	/** How long Kairos asked to wait, in milliseconds. */
	retryAfterMs?: number;
	/** Whether every further request of the run would fail for the same reason. */
	haltsRun?: boolean;
}

/**
 * A request that ended without an answer that can be judged. It never carries the request, its
 * headers or its body, so neither keys nor images can leave by it.
 */
export class KairosFailure extends Error {
	readonly wayOut: string;

	override readonly cause?: FailureCause;

	readonly httpCode?: number;

	readonly mayPass: boolean;

	readonly retryAfterMs?: number;

	readonly haltsRun: boolean;

	constructor(facts: FailureFacts) {
		super(facts.message);
		this.name = 'KairosFailure';
		this.wayOut = facts.wayOut;
		this.cause = facts.cause;
		this.httpCode = facts.httpCode;
		this.mayPass = facts.mayPass ?? false;
		this.retryAfterMs = facts.retryAfterMs;
		this.haltsRun = facts.haltsRun ?? false;
	}
}

/** The answer came but is not what Kairos documents, so it can be neither trusted nor judged. */
export function unreadableAnswer(what: string): KairosFailure {
	return new KairosFailure({
		message: `Kairos answered with something that is not a verification: ${what}`,
		wayOut:
			'Check that Base URL and API Version in the credential point at the Kairos Biometric Verification API. If they do, the service or a proxy in between is at fault: treat the person as not verified and try again later.',
		cause: 'temporarily-unavailable',
	});
}
