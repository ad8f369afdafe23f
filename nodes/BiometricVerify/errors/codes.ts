/** `failure.cause` of n8n's errors; set only if the answer proves the cause. */
export type FailureCause =
	| 'rate-limited'
	| 'quota-exhausted'
	| 'temporarily-unavailable'
	| 'credential-invalid'
	| 'configuration-invalid'
	| 'node-defect';

/** What a code says about every item that has it, unless the error itself says otherwise. */
export interface CodeFacts {
	/** Whether the same item can succeed later without a change. */
	retryable: boolean;
	/** Whether Kairos may have done, and billed, an attempt that ended so. */
	mayBeBilled: boolean;
	cause?: FailureCause;
}

const INPUT: CodeFacts = { retryable: false, mayBeBilled: false };
const UNAVAILABLE = { retryable: true, cause: 'temporarily-unavailable' } as const;

/**
 * Why an item could not be verified: the codes under `error.code`, which workflows branch on and
 * docs/result.md explains. New codes may be added; none changes its meaning.
 */
export const ERROR_CODES = {
	INVALID_SETTING: INPUT,
	INVALID_CREDENTIAL: { ...INPUT, cause: 'configuration-invalid' },
	NO_PARTNER: INPUT,
	DUPLICATE_KEY: INPUT,
	MISSING_KEY: INPUT,
	UNUSABLE_KEY: INPUT,
	FILE_NOT_FOUND: INPUT,
	FILE_NOT_ALLOWED: INPUT,
	FILE_GONE: INPUT,
	SAME_FILE: INPUT,
	REPEATED_FILES: INPUT,
	NOT_ONE_PERSON: INPUT,
	EMPTY_FILE: INPUT,
	NOT_AN_IMAGE: INPUT,
	FILE_TOO_LARGE: INPUT,
	INVALID_KEYS: { ...INPUT, cause: 'credential-invalid' },
	PAYMENT_REQUIRED: { ...INPUT, cause: 'quota-exhausted' },
	// A 403 does not prove whether a limit, the keys, or a proxy refused.
	FORBIDDEN: INPUT,
	PROXY_AUTHENTICATION: INPUT,
	WRONG_ADDRESS: { ...INPUT, cause: 'configuration-invalid' },
	REFUSED_REQUEST: INPUT,
	RATE_LIMITED: { retryable: true, mayBeBilled: false, cause: 'rate-limited' },
	UNAVAILABLE: { ...UNAVAILABLE, mayBeBilled: false },
	SERVER_ERROR: { ...UNAVAILABLE, mayBeBilled: true },
	TIMEOUT: { ...UNAVAILABLE, mayBeBilled: true },
	CONNECTION_LOST: { ...UNAVAILABLE, mayBeBilled: true },
	// Retryable if it is not JSON: then it is a maintenance page rather than an answer.
	UNREADABLE_RESPONSE: { retryable: false, mayBeBilled: true },
	// Retryable, and with a cause, as the error that ended the run.
	NOT_SENT: INPUT,
	CANCELED: { retryable: true, mayBeBilled: false },
	INTERNAL_ERROR: { ...INPUT, cause: 'node-defect' },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The image that a person may be asked to take again. */
export type Retake = 'selfie' | 'photo' | null;
