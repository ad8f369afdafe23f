/** The builder's own thresholds, each 0..1, 0 for none. They only tighten what Kairos decides. */
export interface OwnThresholds {
	faceMatchReviewBelow: number;
	faceMatchRejectBelow: number;
	livenessReviewBelow: number;
	livenessRejectBelow: number;
}

/** What happens to a person when an image has several faces. */
export type MultipleFaces = 'review' | 'reject' | 'ignore';

/** What the builder set about judging a response. */
export interface Rules {
	multipleFacesInSelfie: MultipleFaces;
	/** `ignore` when all faces in the photo are matched. */
	multipleFacesInPhoto: MultipleFaces;
	/** What a warning does when there is nothing more severe. */
	kairosWarning: 'approve' | 'review';
	thresholds: OwnThresholds;
}
