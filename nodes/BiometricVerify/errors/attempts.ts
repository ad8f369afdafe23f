/** What is known of the attempts behind an error, beside what the error says itself. */
export interface AttemptFacts {
	/** How often the item was really sent: a connection that was never made does not count. */
	attempts: number;
	/** Whether Kairos may have done, and billed, one of them. */
	mayBeBilled: boolean;
	/** Who was asked, or would have been: host, port where it is not the default, API version. */
	service: string | null;
}

const factsOf = new WeakMap<object, AttemptFacts>();

/** Notes what an item went through until an error ended it; whatever was thrown can be noted. */
export function noteAttempts<Thrown>(error: Thrown, facts: AttemptFacts): Thrown {
	if (typeof error === 'object' && error !== null) factsOf.set(error, facts);
	return error;
}

/** What was noted of an error; an error of which nothing was noted came before anything was sent. */
export function attemptsBehind(error: unknown): AttemptFacts {
	const known = typeof error === 'object' && error !== null ? factsOf.get(error) : undefined;
	return known ?? { attempts: 0, mayBeBilled: false, service: null };
}
