/**
 * How we know of an assumption: Kairos documents it for the API that the node speaks; it was seen
 * on newer or related pages of Kairos; or nobody wrote it down and the node takes it for granted.
 */
export type Source = 'documented' | 'seen elsewhere' | 'assumed';

interface AssumptionFacts {
	/** Also what the sandbox is told to deviate from: `--deviate <id>`. */
	id: string;
	/** What the node, or the sandbox, takes for true. */
	statement: string;
	source: Source;
	/** What happens in a workflow if it is not true. */
	ifWrong: string;
	/** The probes of `npm run check:kairos` that show it; none where it cannot be provoked. */
	probes: readonly string[];
	/** What the sandbox does when it is told to deviate; absent where it cannot. */
	deviation?: string;
}

/** The probes that get a verification from Kairos under ordinary conditions. */
const VERIFICATIONS = ['samePerson', 'differentPeople'] as const;

/** Everything that this package assumes about Kairos, in the order of a request. */
export const assumptions = [
	{
		id: 'v0.1-headers',
		statement: 'v0.1 takes the keys in the headers `app_id` and `app_key`.',
		source: 'documented',
		ifWrong: 'Nobody is verified with v0.1: each item fails with an error about the keys.',
		probes: ['v01Underscores', 'v01Hyphens'],
		deviation: 'v0.1 only takes `app-id` and `app-key`',
	},
	{
		id: 'v0.2-both-spellings',
		statement: 'v0.2 takes a request that has the keys in both spellings.',
		source: 'seen elsewhere',
		ifWrong: 'Nobody is verified with v0.2: each item fails with an error about the keys.',
		probes: ['v02Both'],
		deviation: 'v0.2 refuses a request that has both',
	},
	{
		id: 'v0.2-either-spelling',
		statement: 'v0.2 takes `app_id` and `app_key` as well as `app-id` and `app-key`.',
		source: 'seen elsewhere',
		ifWrong: 'Nothing: the node sends both spellings.',
		probes: ['v02Underscores', 'v02Hyphens'],
		deviation: 'v0.2 only takes `app-id` and `app-key`',
	},
	{
		id: 'wrong-key-status',
		statement: 'A wrong App Key gets HTTP 401 or 403.',
		source: 'assumed',
		ifWrong:
			'The error of an item speaks of the request, not of the keys, and the run goes on with the next item. The credential test may accept wrong keys.',
		probes: ['wrongKey'],
		deviation: 'wrong keys get HTTP 400',
	},
	{
		id: 'keys-before-images',
		statement: 'Kairos checks the keys before it looks for the images.',
		source: 'assumed',
		ifWrong: 'The credential test, which sends no images, accepts wrong keys.',
		probes: ['wrongKeyNoImages', 'wrongKey'],
		deviation: 'wrong keys get HTTP 400 if there are no images',
	},
	{
		id: 'credential-test',
		statement:
			'With the right keys, a request without images gets a status that the credential test takes for a success, such as 400 or 422.',
		source: 'assumed',
		ifWrong: 'The credential test says that the right keys do not work. Verifications do.',
		probes: ['credentialTest'],
		deviation: 'a request without a form gets HTTP 500',
	},
	{
		id: 'missing-part',
		statement: 'A request without one of the two images gets HTTP 400.',
		source: 'assumed',
		ifWrong: 'Nothing if it is another 4xx: the node always sends both. Only the sandbox differs.',
		probes: ['missingPart'],
		deviation: 'a missing part gets HTTP 422',
	},
	{
		id: 'part-file-name',
		statement: 'Kairos ignores an image whose part has no file name.',
		source: 'seen elsewhere',
		ifWrong: 'Nothing: the node always sends a neutral file name. Only the sandbox differs.',
		probes: ['noFileName'],
		deviation: 'parts without a file name are verified',
	},
	{
		id: 'broken-image',
		statement: 'A file that is no image gets a 4xx.',
		source: 'assumed',
		ifWrong:
			'With a 5xx, the node sends the item again, up to Max Attempts, and Kairos may bill each attempt.',
		probes: ['brokenImage'],
		deviation: 'a file that is no image gets HTTP 500',
	},
	{
		id: 'small-image',
		statement: 'An image below 480 pixels is verified, or gets a 4xx.',
		source: 'assumed',
		ifWrong:
			'With a 5xx, the node sends the item again, up to Max Attempts, and Kairos may bill each attempt.',
		probes: ['smallImage'],
		deviation: 'an image below 480 pixels gets HTTP 500',
	},
	{
		id: 'large-image',
		statement: 'An image above 5,000 pixels a side is verified, or gets a 4xx.',
		source: 'assumed',
		ifWrong:
			'With a 5xx, the node sends the item again, up to Max Attempts, and Kairos may bill each attempt.',
		probes: ['largeImage'],
		deviation: 'an image above 5,000 pixels gets HTTP 500',
	},
	{
		id: 'error-message',
		statement: 'An error is JSON whose `message` or `error` is a sentence that a person can read.',
		source: 'assumed',
		ifWrong: "The error of an item lacks Kairos's own words.",
		probes: ['credentialTest', 'missingPart', 'brokenImage'],
		deviation: 'errors are `{ "Errors": [{ "Message": "...", "ErrCode": 5002 }] }`',
	},
	{
		id: 'rate-limit',
		statement: 'Too many requests get HTTP 429 or 503, and nothing was verified or billed.',
		source: 'seen elsewhere',
		ifWrong:
			'With 403, which Kairos documents for usage limits, the run ends and the remaining items are not sent.',
		probes: [],
	},
	{
		id: 'retry-after',
		statement: '`Retry-After`, where Kairos sends it, is in seconds or an HTTP date.',
		source: 'assumed',
		ifWrong: 'The node waits for a time of its own choice instead.',
		probes: [],
	},
	{
		id: 'success-status',
		statement: 'A verification comes with HTTP 200.',
		source: 'documented',
		ifWrong: 'Nobody is verified: each item fails with an error about an unexpected response.',
		probes: VERIFICATIONS,
		deviation: 'verifications come with HTTP 201',
	},
	{
		id: 'response-code',
		statement: '`response_code` is 1.',
		source: 'documented',
		ifWrong: 'Nobody is approved: everybody goes to review.',
		probes: VERIFICATIONS,
		deviation: '`response_code` is 2',
	},
	{
		id: 'request-id',
		statement: '`api_req_uid` is a text that is new in each response.',
		source: 'documented',
		ifWrong:
			'If it repeats, people who are verified in one run go to review. If it is missing, `requestId` is null.',
		probes: VERIFICATIONS,
		deviation: '`api_req_uid` is always the same',
	},
	{
		id: 'times',
		statement: '`requested_at` and `processed_at` are `YYYY-MM-DD HH:MM:SS`.',
		source: 'documented',
		ifWrong: 'The node passes them on as they are: what follows in the workflow may not read them.',
		probes: VERIFICATIONS,
		deviation: 'times are in ISO 8601',
	},
	{
		id: 'score-range',
		statement: 'Face match and liveness are numbers from 0 to 1.',
		source: 'documented',
		ifWrong: 'Nobody is approved: a score that is none goes to review.',
		probes: VERIFICATIONS,
		deviation: 'scores are percentages, as text',
	},
	{
		id: 'higher-is-better',
		statement: 'A higher face match is a stronger match.',
		source: 'documented',
		ifWrong:
			'Thresholds of the node would work against the right people. Do not use it until this is clear.',
		probes: VERIFICATIONS,
		deviation: 'face match is a distance: lower is a stronger match',
	},
	{
		id: 'image-size',
		statement: '`img` of each image is the size, in pixels, of the image as it was sent.',
		source: 'documented',
		ifWrong:
			'`width` and `height` are null, and a face outside its image is not noticed. If it is another size, faces may seem to be outside, which goes to review.',
		probes: VERIFICATIONS,
		deviation: '`img` is missing',
	},
	{
		id: 'face-fields',
		statement:
			'`faces_predicted` lists every face with `confidence` (0 to 1), `top_left` and `delta`.',
		source: 'documented',
		ifWrong: 'Nobody is approved: without faces that can be read, everybody goes to review.',
		probes: VERIFICATIONS,
		deviation: '`bottom_right` instead of `delta`',
	},
	{
		id: 'boxes-in-pixels',
		statement: 'The boxes of faces are in pixels.',
		source: 'documented',
		ifWrong:
			'Boxes in the result mean nothing. As fractions of the image, a face outside its image is not noticed.',
		probes: VERIFICATIONS,
		deviation: 'boxes are fractions of the image',
	},
	{
		id: 'decision-fields',
		statement:
			'`decision` has the list `details` and the numbers `reject_score`, `review_score` and `warning_score`.',
		source: 'documented',
		ifWrong: 'Nobody is approved: an incomplete decision goes to review.',
		probes: VERIFICATIONS,
		deviation: '`warning_score` is missing',
	},
	{
		id: 'detail-codes',
		statement: 'A detail about face match or liveness has the code that Kairos documents for it.',
		source: 'documented',
		ifWrong: 'The person goes to Other Failed instead of Match Failed or Liveness Failed.',
		probes: ['differentPeople'],
		deviation: 'other codes: `FACE_MISMATCH` and `NOT_LIVE`',
	},
	{
		id: 'detail-decisions',
		statement: 'The `decision` of a detail is `review`, `reject` or `warning`.',
		source: 'assumed',
		ifWrong: 'Any other word goes to review, also one that means a rejection.',
		probes: ['differentPeople'],
		deviation: 'other words: `refer` and `deny`',
	},
	{
		id: 'thresholds-in-text',
		statement:
			'The description of a detail gives the score between its two thresholds: `0.4 < 0.4803 (actual) < 0.56`.',
		source: 'documented',
		ifWrong: "Results have no `reviewBelow` and `rejectBelow`; summaries quote Kairos's words.",
		probes: ['differentPeople'],
		deviation: 'descriptions have no numbers',
	},
	{
		id: 'threshold-values',
		statement: 'Kairos rejects a face match or a liveness below 0.4.',
		source: 'documented',
		ifWrong:
			'The default of Face Match Review Below and Liveness Review Below, which is 0.4, is no longer the right safety net: set your own.',
		probes: ['differentPeople'],
		deviation: 'Kairos rejects below 0.3',
	},
	{
		id: 'scores-explained',
		statement:
			'`reject_score`, `review_score` and `warning_score` are 0 unless a detail gives the reason.',
		source: 'assumed',
		ifWrong: 'Nobody is approved: a score without a reason goes to review, or is rejected.',
		probes: VERIFICATIONS,
		deviation: '`review_score` is never below 0.1',
	},
	{
		id: 'low-scores-explained',
		statement: 'A score below 0.4 comes with a detail that says so.',
		source: 'documented',
		ifWrong:
			'The person goes to review by the defaults of Face Match Review Below and Liveness Review Below. Do not lower those.',
		probes: VERIFICATIONS,
		deviation: 'nothing is said against a face match below 0.4',
	},
	{
		id: 'warning',
		statement: 'A warning is a detail whose `decision` is `warning`.',
		source: 'assumed',
		ifWrong: 'The option If Kairos Returns a Warning does nothing: warnings go to review.',
		probes: [],
	},
	{
		id: 'no-error-with-200',
		statement: 'A verification reports no error in fields such as `error` or `Errors`.',
		source: 'seen elsewhere',
		ifWrong: 'The person goes to review, also if it is a mere notice.',
		probes: VERIFICATIONS,
		deviation: 'verifications have an `errors` list with an entry',
	},
	{
		id: 'no-face',
		statement: 'A selfie without a face gets a verification that lists no face.',
		source: 'assumed',
		ifWrong: 'The item fails with an error instead of leaving by Faces Failed.',
		probes: ['noFace'],
		deviation: 'a selfie without a face gets HTTP 422',
	},
	{
		id: 'all-faces-listed',
		statement: 'All faces in the photo are listed, also without `image_multiface`.',
		source: 'assumed',
		ifWrong:
			'The node cannot see that a photo has several faces: it neither goes to review nor is it rejected for that.',
		probes: ['severalFaces'],
		deviation: 'one face is listed unless `image_multiface` is sent',
	},
	{
		id: 'multiface-value',
		statement: '`image_multiface` may be `true`.',
		source: 'seen elsewhere',
		ifWrong: 'With Match All Faces in Photo, each item fails with an error.',
		probes: ['severalFacesMatchAll'],
		deviation: '`image_multiface` must be an integer',
	},
	{
		id: 'multiface-matches-any',
		statement: 'With `image_multiface`, the best match among all faces in the photo counts.',
		source: 'seen elsewhere',
		ifWrong: 'With Match All Faces in Photo, the right people may fail the face match.',
		probes: ['severalFacesMatchAll'],
		deviation: '`image_multiface` does not change the face match',
	},
	{
		id: 'other-version',
		statement: 'v0.1 and v0.2 send the same fields.',
		source: 'assumed',
		ifWrong: 'With one of the two versions nobody is approved.',
		probes: ['samePerson', 'otherVersion'],
		deviation: 'v0.2 has its scores in `response_data.scores`',
	},
] as const satisfies readonly AssumptionFacts[];

export type AssumptionId = (typeof assumptions)[number]['id'];

/** A probe that an assumption names. */
export type ProbeName = (typeof assumptions)[number]['probes'][number];

type DeviatingAssumption = Extract<(typeof assumptions)[number], { deviation: string }>;

/** An assumption that the sandbox can be told to break. */
export type DeviationId = DeviatingAssumption['id'];

/** What an assumption says, whichever it is. */
export type Assumption = AssumptionFacts & { id: AssumptionId };

/** Those that the sandbox can be told to break. */
export const deviations: readonly DeviatingAssumption[] = assumptions.filter(
	(assumption): assumption is DeviatingAssumption => 'deviation' in assumption,
);

/** Whether the sandbox can be told to deviate so. */
export function isDeviation(text: string): text is DeviationId {
	return deviations.some(({ id }) => id === text);
}
