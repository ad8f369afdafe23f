/** What a check of the gate has against the package, a sentence or a line of a report each. */
export interface Findings {
	errors: string[];
	warnings: string[];
}

export const nothing: Readonly<Findings> = { errors: [], warnings: [] };

/** Something that must be so, and the sentence for when it is not. */
export type Expectation = readonly [isMet: boolean, otherwise: string];

/** The sentences of those expectations that are not met. */
export function unmet(expectations: readonly Expectation[]): Findings {
	const errors = expectations.filter(([isMet]) => !isMet).map(([, otherwise]) => otherwise);
	return { errors, warnings: [] };
}
