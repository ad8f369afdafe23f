import { bodyWith, DETAILS, detail, face } from '../../support/answers.cts';
import { PHOTO_FACES, responseWith, SELFIE_FACES } from '../../support/answers.cts';

/** What a response reports whose field, somewhere in it, has this value. */
function reported(field: string, value: unknown): unknown[] {
	return responseWith(bodyWith({ [field]: value })).reportedFailures;
}

const ERROR_NAMES = [
	...['error', 'errors', 'exception', 'exceptions', 'failure', 'failures', 'fault', 'errcode'],
	...['errmsg', 'errorcode', 'errorsmessage', 'errordescriptions', 'errorsdetails', 'errordetail'],
	...[
		'err',
		'Error',
		'ERRORS',
		'ErrCode',
		'error_msg',
		'err_msg',
		'error_message',
		'error-code',
		'_Error_Details',
	],
];
const GOOD_IF_TRUE = [
	...['success', 'succeeded', 'ok', 'passed', 'valid', 'isvalid', 'verified', 'isverified'],
	...['approved', 'isapproved', 'accepted', 'match', 'ismatch', 'matched', 'live', 'islive'],
	...['genuine', 'is_live', 'Is-Approved'],
];
const BAD_IF_TRUE = [
	...['spoof', 'isspoof', 'spoofed', 'fake', 'isfake', 'deepfake', 'isdeepfake', 'tampered'],
	...['manipulated', 'blocked', 'blacklisted', 'blocklisted', 'fraud', 'isfraud', 'suspicious'],
	...['duplicate', 'isduplicate', 'is_spoof', 'Deep_Fake', 'failed', 'is_failed', 'rejected'],
	...['is_rejected', 'denied', 'declined', 'spoof_detected', 'deepfakedetected', 'frauddetected'],
];
const OUTCOMES = [
	...['status', 'result', 'decision', 'outcome', 'verdict', 'recommendation', 'conclusion'],
	'Status',
];
const NOT_IN_THE_TABLE = ['error_rate', 'terror', 'errorless', 'errors_count', 'faults', 'state'];

/** Values of a group of names, and whether they speak against the person. */
const GROUPS: Array<[names: string[], against: unknown[], inFavor: unknown[]]> = [
	[
		ERROR_NAMES,
		['bad', 1, -1, true, ['bad'], [0, 'bad'], { code: 1 }, { a: { b: ['x'] } }],
		[
			...[null, false, 0, '0', '', ' ', 'none', 'NULL', ' Ok ', 'success', [], {}],
			...[[[]], [{}], { list: [] }, { code: 0, text: 'none' }, [null]],
		],
	],
	[
		GOOD_IF_TRUE,
		[false, 0, 'false', ' FALSE', 'No', '0', [true, [false]]],
		[true, 1, 2, 0.5, 'true', 'yes', '', null, 'perhaps', [], [true], {}],
	],
	[
		BAD_IF_TRUE,
		[true, 1, 'true', 'YES ', '1', [false, [true]]],
		[false, 0, 2, 0.02, 'false', 'no', '', null, 'perhaps', [], [false], {}],
	],
	[
		OUTCOMES,
		[false, 'failed', 'reject', 'Reject', 'perhaps', 'spoof', ['ok', 'failed'], [['failed']]],
		[
			...[true, '', ' ', 'OK', 'Success', 'successful', 'succeeded', 'complete', 'Completed'],
			...['done', 'finished', 'processed', 'approve', 'approved', 'accept', 'accepted', 'pass'],
			...['passed', 'live', 'real', 'genuine', 'match', 'matched', 'verified', 'valid', 'clear'],
			...['none', 'no spoof', 'no-spoof', 'NO_SPOOF', 'not spoofed', '200 OK', null, 0, 500, {}],
			...[[], ['ok', 'passed', 7, null]],
		],
	],
	[NOT_IN_THE_TABLE, [], ['failed', false, true, 0.02, 1, ['bad'], { text: 'bad' }]],
];

describe.each(GROUPS)('a field with one of the names %j', (names, against, inFavor) => {
	test.each(names)('(%s) speaks against a person by some of its values only', (name) => {
		for (const value of against) expect([value, reported(name, value)]).not.toEqual([value, []]);
		for (const value of inFavor) expect([value, reported(name, value)]).toEqual([value, []]);
	});
});

test.each([
	'status',
	'response_data.decision.status',
	'response_data.document.decision',
	'x.y.z.result',
])('A failure is found in any block of the response, with its path: %s', (field) => {
	expect(reported(field, 'failed')).toEqual([{ field, value: '"failed"' }]);
});

test('A failure is found in lists, too', () => {
	const checks = [[{ passed: true }], [{ passed: false }]];
	expect(reported('checks', checks)).toEqual([{ field: 'checks.passed', value: 'false' }]);
});

test.each([
	[DETAILS, [{ ...detail('A', 'review'), status: 'failed', error: 'x' }]],
	[SELFIE_FACES, [{ ...face(), status: 'failed' }]],
	[PHOTO_FACES, [{ ...face(), spoof: true }]],
])('what stands in %s is judged elsewhere', (path, value) => {
	expect(reported(path, value)).toEqual([]);
});

test('of a response full of failures three are told, each in at most 80 characters', () => {
	const long = 'x'.repeat(500);
	const failures = reported('errors', Array(1000).fill({ error: long }));
	expect(failures).toHaveLength(3);
	for (const { field, value } of failures as Array<Record<string, string>>) {
		expect(field?.length).toBeLessThanOrEqual(80);
		expect(value).toMatch(/^.{79}…$/);
	}
});
