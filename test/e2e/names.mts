/** What stands on the node in n8n, as its users read it: the one place where the tests name it. */
export const NODE = 'Biometric Verify';

export const PARAMETERS = ['Inputs', 'Selfie Input Field', 'Photo Input Field', 'Branches'];

export const HINTS = [
	'Checked for liveness, and compared with the photo',
	'What the selfie is compared with, e.g. the photo of an ID',
];

export const OPTIONS = [
	'If Kairos Returns a Warning',
	'Include Raw Response',
	'Keep Images',
	'Limits',
	'Multiple Faces',
	'Put Output in Field',
	'Stricter Than Kairos',
];

const DECISIONS = ['Review', 'Rejected', 'Approved'];
const [MATCH, LIVENESS, ...OTHERS] = ['No Match', 'Not Live', 'Face Issue', 'Other Issue'];

/**
 * The outputs that each choice of Branches gives. The default comes first, and none has more than
 * the one before it: n8n's editor forgets the connections of an output that goes away.
 */
export const BRANCHES = {
	'Decision and Failed Checks': [...DECISIONS, MATCH, LIVENESS, ...OTHERS],
	'Failed Checks': [MATCH, LIVENESS, 'All Passed', ...OTHERS],
	Decision: DECISIONS,
	'Single Output': ['Result'],
};

/** What the node says about an item that it could not verify. */
export const ERRORS = {
	kairosIsDown: 'Kairos is temporarily unavailable',
	noImage: 'not an image',
	noFile: 'The item has no file in the field',
};
