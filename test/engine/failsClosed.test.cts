import type { IRun } from 'n8n-workflow';
import { OUTPUTS, type OutputName } from '../../nodes/BiometricVerify/output/outputs';
import {
	type Changes,
	bodyWith,
	detail,
	DETAILS,
	face,
	LIVENESS,
	MATCH,
	PHOTO_FACES,
	PHOTO_SIZE,
	REJECT_SCORE,
	REQUEST_ID,
	RESPONSE_CODE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
} from '../support/answers.cts';
import { useBinaryMode } from '../support/binaryMode.cts';
import { outputsOf, runWorkflow, type TestItem } from '../support/engine.cts';
import {
	type BranchMode,
	branchModes,
	credentialFor,
	imageOf,
	onErrorSettings,
	person,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { type StandInKairos, startStandIn } from '../support/standInKairos.cts';

type OnError = (typeof onErrorSettings)[number];

/** Something well-formed that must approve nobody. */
interface Row {
	/** What the response has in place of one that speaks against nobody. */
	response?: Changes;
	items?: TestItem[];
	parameters?: Record<string, unknown>;
	baseUrl?: string;
	/** By which output its check leaves, where people go to review for it. */
	review?: OutputName;
	/** What is said, where it is an error, and nothing is sent. */
	error?: string;
}

const noArea = { confidence: 0, top_left: { x: 10, y: 20 }, delta: { x: 0, y: 0 } };
const size = { width: 500, height: 600 };
const outside = face(500);

const sameBytes: TestItem = {
	json: { person: 'ada' },
	files: { selfie: { bytes: imageOf('ada') }, photo: { bytes: imageOf('ada') } },
};

const SAME_FILE = 'Selfie Input Field and Photo Input Field point to the same file';
const NOT_ENCRYPTED = 'Base URL in the Kairos credential does not start with https://';

const rows: Record<string, Row> = {
	'a liveness of 0.0026 that nothing speaks against': {
		response: { [LIVENESS]: 0.0026 },
		review: 'Liveness Failed',
	},
	'a face match of 0.05 that nothing speaks against': {
		response: { [MATCH]: 0.05 },
		review: 'Match Failed',
	},
	'a liveness of 0': { response: { [LIVENESS]: 0 }, review: 'Liveness Failed' },
	'a face match of 0': { response: { [MATCH]: 0 }, review: 'Match Failed' },
	'a selfie whose one face has no area and confidence 0': {
		response: { [SELFIE_FACES]: [noArea] },
		review: 'Faces Failed',
	},
	'a photo whose one face has no area and confidence 0': {
		response: { [PHOTO_FACES]: [noArea] },
		review: 'Faces Failed',
	},
	'a selfie whose one face lies outside of it': {
		response: { [SELFIE_FACES]: [outside], [SELFIE_SIZE]: size },
		review: 'Faces Failed',
	},
	'a photo whose one face lies outside of it': {
		response: { [PHOTO_FACES]: [outside], [PHOTO_SIZE]: size },
		review: 'Faces Failed',
	},
	'a selfie and a photo of the same bytes': { items: [sameBytes], review: 'Other Failed' },
	'a selfie and a photo in which Kairos saw the same': {
		response: {
			[SELFIE_FACES]: [face()],
			[PHOTO_FACES]: [face()],
			[SELFIE_SIZE]: size,
			[PHOTO_SIZE]: size,
		},
		review: 'Other Failed',
	},
	'two parameters that name the same field': {
		parameters: { selfieField: 'photo', photoField: ' photo' },
		error: SAME_FILE,
	},
	'two parameters that point to the same file, one by an expression': {
		parameters: { photoField: "={{ $('Items').item.binary.selfie }}" },
		error: SAME_FILE,
	},
	'a Base URL in the clear on a public host': {
		baseUrl: 'http://kairos.invalid',
		error: NOT_ENCRYPTED,
	},
	'a detail with the word warning and nothing graver': {
		response: { [DETAILS]: [detail('SOMETHING', 'warning')], [WARNING_SCORE]: 1 },
		review: 'Other Failed',
	},
	'a detail with a word that nobody knows': {
		response: { [DETAILS]: [detail('SOMETHING', 'fine')] },
		review: 'Other Failed',
	},
	'a photo with four faces': {
		response: { [PHOTO_FACES]: [0, 40, 80, 120].map(face) },
		review: 'Faces Failed',
	},
	'a selfie with two faces': {
		response: { [SELFIE_FACES]: [0, 40].map(face) },
		review: 'Faces Failed',
	},
	'the response code 0 beside errors': {
		response: { [RESPONSE_CODE]: 0, errors: [{ code: 1002 }] },
		review: 'Other Failed',
	},
	'a response code that is not the documented one': {
		response: { [RESPONSE_CODE]: 2 },
		review: 'Other Failed',
	},
	'errors at the top of the response': {
		response: { Errors: [{ ErrCode: 5002, Message: 'no faces found' }] },
		review: 'Other Failed',
	},
	'one request ID for two people': {
		response: { [REQUEST_ID]: 'the same' },
		items: [person('ada'), person('bob')],
		review: 'Other Failed',
	},
};

let kairos: StandInKairos;
let response: Changes;

beforeAll(async () => {
	recordLog();
	kairos = await startStandIn(() => ({ body: bodyWith(response) }));
});
beforeEach(() => kairos.asked.splice(0));
afterAll(() => kairos.stop());

/** The outputs by which everybody leaves, and what is said of each. */
function left(run: IRun, mode: BranchMode) {
	const items = outputsOf(run, VERIFY).flat();
	return {
		outputs: Object.keys(whoLeft(run, mode)),
		decisions: [...new Set(items.map(({ json }) => decisionIn(json.verification)))],
		errors: [...new Set(items.map(({ json }) => json.error))].map((error) =>
			typeof error === 'string' ? error.replace(/ \[item .*/s, '') : error,
		),
		stopped: run.data.resultData.error?.message.replace(/ \[item .*/s, ''),
	};
}

function decisionIn(verification: unknown): unknown {
	return typeof verification === 'object' && verification !== null && 'decision' in verification
		? verification.decision
		: undefined;
}

function expectedLeft({ review, error }: Row, mode: BranchMode, onError: OnError) {
	if (review !== undefined) {
		const outputs = {
			decisionAndChecks: ['Review', review],
			decision: ['Review'],
			checks: [review],
			single: ['Result'],
		};
		return {
			outputs: outputs[mode],
			decisions: ['review'],
			errors: [undefined],
			stopped: undefined,
		};
	}
	if (onError === 'stopWorkflow') {
		return { outputs: [], decisions: [], errors: [], stopped: error };
	}
	return {
		outputs: [onError === 'continueErrorOutput' ? 'Error' : OUTPUTS[mode][0]],
		decisions: [undefined],
		errors: [error],
		stopped: undefined,
	};
}

const everySetting = branchModes.flatMap((mode) =>
	onErrorSettings.map((onError) => [mode, onError] as const),
);

describe.each(Object.entries(rows))('%s', (_what, row) => {
	test.each(everySetting)(
		'approves nobody with Branches %s and On Error %s',
		async (branches, onError) => {
			const { items = [person('ada')], parameters, baseUrl = kairos.url } = row;
			response = row.response ?? {};
			const run = await runWorkflow(verifyWorkflow({ ...parameters, branches }, { onError }), {
				items,
				credential: credentialFor(baseUrl),
			});
			expect(left(run, branches)).toEqual(expectedLeft(row, branches, onError));
			expect(kairos.asked).toHaveLength(row.error === undefined ? items.length : 0);
		},
	);
});

test('without any of this, everybody is approved', async () => {
	response = {};
	const run = await runWorkflow(verifyWorkflow({}), {
		items: [person('ada'), person('bob')],
		credential: credentialFor(kairos.url),
	});
	expect(whoLeft(run)).toEqual({ Approved: ['ada', 'bob'] });
});

describe('in memory, where a file has no ID', () => {
	beforeAll(() => useBinaryMode('default'));
	afterAll(() => useBinaryMode('filesystem'));

	test.each([
		['one field twice', [person('ada')], { photoField: 'selfie' }],
		[
			'one file by an expression',
			[person('ada')],
			{ photoField: "={{ $('Items').item.binary.selfie }}" },
		],
	])('%s is refused, and nothing is sent', async (_what, items, parameters) => {
		response = {};
		const run = await runWorkflow(verifyWorkflow(parameters, { onError: 'continueErrorOutput' }), {
			items,
			credential: credentialFor(kairos.url),
		});
		expect(left(run, 'decisionAndChecks')).toMatchObject({
			outputs: ['Error'],
			errors: [SAME_FILE],
		});
		expect(kairos.asked).toEqual([]);
	});

	test('two files of the same bytes are reviewed', async () => {
		response = {};
		const run = await runWorkflow(verifyWorkflow({}), {
			items: [sameBytes],
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run)).toEqual({ Review: ['ada'], 'Other Failed': ['ada'] });
	});
});

describe('a photo with several faces', () => {
	test.each([
		['review', 'Review'],
		['reject', 'Rejected'],
		['ignore', 'Approved'],
		['matchAny', 'Approved'],
	])('with %s leaves by %s', async (inPhoto, output) => {
		const options = { multipleFaces: { values: { inPhoto } } };
		response = { [PHOTO_FACES]: [0, 40, 80, 120].map(face) };
		const run = await runWorkflow(verifyWorkflow({ branches: 'decision', options }), {
			items: [person('ada')],
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run, 'decision')).toEqual({ [output]: ['ada'] });
	});

	test('with Ignore still has to show one that can be a face', async () => {
		response = { [PHOTO_FACES]: [noArea, noArea] };
		const options = { multipleFaces: { values: { inPhoto: 'ignore' } } };
		const run = await runWorkflow(verifyWorkflow({ branches: 'decision', options }), {
			items: [person('ada')],
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run, 'decision')).toEqual({ Review: ['ada'] });
	});

	test('is no matter of several faces in the selfie', async () => {
		response = { [SELFIE_FACES]: [0, 40].map(face) };
		const options = { multipleFaces: { values: { inPhoto: 'matchAny' } } };
		const run = await runWorkflow(verifyWorkflow({ branches: 'decision', options }), {
			items: [person('ada')],
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run, 'decision')).toEqual({ Review: ['ada'] });
	});
});

describe('a changed Branches', () => {
	const APPROVING: readonly OutputName[] = ['Approved', 'All Passed'];
	const modesThatApprove = branchModes.filter((mode) =>
		OUTPUTS[mode].some((name) => APPROVING.includes(name)),
	);
	const changes = modesThatApprove.flatMap((before) =>
		branchModes
			.filter((after) => after !== before)
			.flatMap((after) => onErrorSettings.map((onError) => [before, after, onError] as const)),
	);

	/** One person for each way in which a check can fail, and one who passes all of them. */
	const PEOPLE: Record<string, Changes> = {
		ada: {},
		masked: { [LIVENESS]: 0.1 },
		stranger: { [MATCH]: 0.1 },
		faceless: { [SELFIE_FACES]: [] },
		flagged: { [DETAILS]: [detail('SOMETHING', 'reject')], [REJECT_SCORE]: 1 },
		spoof: { [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'reject')], [REJECT_SCORE]: 1 },
	};

	let people: StandInKairos;
	beforeAll(async () => {
		people = await startStandIn(({ person: name }) => ({ body: bodyWith(PEOPLE[name]) }));
	});
	afterAll(() => people.stop());

	test.each(changes)(
		'from %s to %s with On Error %s lets in nobody else by the connection that stays',
		async (before, after, onError) => {
			const names: readonly OutputName[] = OUTPUTS[before];
			const connected = names.findIndex((name) => APPROVING.includes(name));
			const { nodes, connections } = verifyWorkflow({ branches: after }, { onError });
			const toLetIn = names.map((_name, index) =>
				index === connected ? [{ node: 'Let In', type: 'main' as const, index: 0 }] : [],
			);
			const run = await runWorkflow(
				{
					nodes: [...nodes, { name: 'Let In', type: 'n8n-nodes-base.noOp' }],
					connections: { ...connections, [VERIFY]: { main: toLetIn } },
				},
				{
					items: Object.keys(PEOPLE).map((name) => person(name)),
					credential: credentialFor(people.url),
				},
			);
			expect(outputsOf(run, VERIFY).flat().length).toBeGreaterThanOrEqual(6);
			const letIn = outputsOf(run, 'Let In').flat();
			expect(letIn.map(({ json }) => json.person)).toEqual(after === 'single' ? [] : ['ada']);
		},
	);
});
