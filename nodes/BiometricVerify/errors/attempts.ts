/** The attempts behind an error, which the error itself does not know. */
export interface AttemptFacts {
	/** How often the item was really sent: a connection that was never made does not count. */
	attempts: number;
	/** Whether Kairos may have done, and billed, one of them. */
	mayBeBilled: boolean;
	/** Who was asked, or would have been: host, port unless it is the default, and API version. */
	service: string | null;
	/** The SHA-256 of the selfie and of the photo, if both were sent whole. */
	images?: string;
}

const factsOf = new WeakMap<object, AttemptFacts>();

/** Notes the attempts of an item that ended with this error; accepts whatever was thrown. */
export function noteAttempts<Thrown>(error: Thrown, facts: AttemptFacts): Thrown {
	if (typeof error === 'object' && error !== null) factsOf.set(error, facts);
	return error;
}

/** The attempts that were noted; none means that the error came before anything was sent. */
export function attemptsBehind(error: unknown): AttemptFacts {
	const facts = typeof error === 'object' && error !== null ? factsOf.get(error) : undefined;
	return facts ?? { attempts: 0, mayBeBilled: false, service: null };
}
