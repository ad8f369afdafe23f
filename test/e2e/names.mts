/** What stands on the node in n8n, as its users read it: the one place where the tests name it. */
export const NODE = 'Biometric Verify';

export const PARAMETERS = [
	'Images Arrive',
	'Selfie Input Field',
	'Photo Input Field',
	'Branches',
	'Simplify',
];

export const HINTS = [
	'The name of the field that holds the selfie',
	'The name of the field that holds the photo to match',
];

export const OPTIONS = [
	'Face Match Reject Below',
	'Face Match Review Below',
	'Keep Images',
	'Liveness Reject Below',
	'Liveness Review Below',
	'Max Concurrent Requests',
	'Max Tries',
	'Output Field Name',
	'Photo May Show Several Faces',
	'Several Faces in Selfie',
	'Timeout',
	'Warnings',
];

const DECISIONS = ['Review', 'Rejected', 'Approved'];
const CHECKS = [
	'Face Match Failed',
	'Liveness Failed',
	'Face Detection Failed',
	'Other Check Failed',
];

/** The outputs that each choice of Branches gives. The default comes last. */
export const BRANCHES = {
	Decision: DECISIONS,
	'Failed Checks': [...CHECKS, 'All Passed'],
	'Single Output': ['Result'],
	'Decision and Failed Checks': [...DECISIONS, ...CHECKS],
};

export const TWO_INPUTS = {
	parameter: 'imagesArrive',
	value: 'twoInputs',
	entry: 'From Two Inputs',
	labels: ['Selfie', 'Photo'],
};

/** What the node says about an item that it could not verify. */
export const ERRORS = {
	kairosIsDown: 'Kairos has a fault (status 503)',
	noImage: 'not a picture',
	noFile: 'The item has no file in the field',
	noPhoto: 'There is no photo for this selfie',
};
