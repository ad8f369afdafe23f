import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import {
	branchModes,
	credentialFor,
	limits,
	onErrorSettings,
	person,
	personWithoutSelfie,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, rejects, type StandInKairos, startStandIn } from '../support/standInKairos.cts';

let kairos: StandInKairos;

/**
 * Kairos refuses who is `refused`, and who is `unlucky` once; it rejects `impostor`, and fails at
 * `unanswered`.
 */
beforeEach(async () => {
	recordLog();
	kairos = await startStandIn(({ person: name, times }) => {
		if (name === 'refused') return { status: 422 };
		if (name === 'unanswered') return { status: 500 };
		if (name === 'unlucky') return times === 1 ? { status: 422 } : approves;
		return name === 'impostor' ? rejects : approves;
	});
});
afterEach(() => kairos.stop());

const asked = () => kairos.asked.map(({ person }) => person).sort();

const ADA_AND_BOB = ['ada', 'bob'];
const continuing = ['continueRegularOutput', 'continueErrorOutput'] as const;
const everyMode = branchModes.flatMap((mode) =>
	continuing.map((onError) => [mode, onError] as const),
);

/** The output by which somebody who was approved leaves. */
const APPROVED_OUTPUT = {
	decisionAndChecks: 'Approved',
	decision: 'Approved',
	checks: 'All Passed',
	single: 'Result',
} as const;

/** The output by which n8n itself would let everybody go, and the node lets go who failed. */
const FIRST_OUTPUT = {
	decisionAndChecks: 'Review',
	decision: 'Review',
	checks: 'No Match',
	single: 'Result',
} as const;

function outputOfFailed(mode: (typeof branchModes)[number], onError: string) {
	return onError === 'continueErrorOutput' ? 'Error' : FIRST_OUTPUT[mode];
}

test.each(everyMode)(
	'In mode %s with %s, items that failed leave apart from verified items',
	async (branches, onError) => {
		const run = await runWorkflow(verifyWorkflow({ branches }, { onError }), {
			items: [personWithoutSelfie('faceless'), person('ada'), person('refused'), person('bob')],
			credential: credentialFor(kairos.url),
		});
		const left = whoLeft(run, branches);
		const errors = outputsOf(run, VERIFY)
			.flat()
			.filter(({ json }) => json.error !== undefined);
		expect(errors.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(left[APPROVED_OUTPUT[branches]]?.filter((name) => name !== undefined)).toEqual(
			ADA_AND_BOB,
		);
		expect(left[outputOfFailed(branches, onError)]).toHaveLength(
			branches === 'single' && onError === 'continueRegularOutput' ? 4 : 2,
		);
		expect(asked()).toEqual(['ada', 'bob', 'refused']);
	},
);

describe.each(['no credential', 'a credential that was deleted'])('%s', (what) => {
	const credentials =
		what === 'no credential' ? {} : { credentials: { kairosApi: { id: '7', name: 'Gone' } } };

	test.each(everyMode)(
		'in mode %s with %s, everybody leaves as an error, and nothing is sent',
		async (branches, onError) => {
			const run = await runWorkflow(verifyWorkflow({ branches }, { onError, ...credentials }), {
				items: ADA_AND_BOB.map((name) => person(name)),
			});
			expect(Object.keys(whoLeft(run, branches))).toEqual([outputOfFailed(branches, onError)]);
			const errors = outputsOf(run, VERIFY).flat();
			expect(errors).toHaveLength(2);
			for (const { json } of errors) expect(json.error).toMatch(/redential/);
			expect(asked()).toEqual([]);
		},
	);

	test('stops a run that is set to stop, and nothing is sent', async () => {
		const run = await runWorkflow(verifyWorkflow({}, credentials), {
			items: ADA_AND_BOB.map((name) => person(name)),
		});
		expect(run.data.resultData.error?.message).toMatch(/redential/);
		expect(outputsOf(run, VERIFY)).toEqual([]);
	});
});

describe('an expression that fails', () => {
	const GROUPED = [
		...['maxAttempts', 'maxConcurrentRequests', 'maxImageSize', 'maxWait', 'timeout'].map(
			(name) => ['limits', name] as const,
		),
		...['inSelfie', 'inPhoto'].map((name) => ['multipleFaces', name] as const),
		...['faceMatch', 'liveness'].flatMap((score) => [
			['thresholds', `${score}RejectBelow`] as const,
			['thresholds', `${score}ReviewBelow`] as const,
		]),
	];
	const parameters = ['selfieField', 'photoField', 'branches', 'inputMode'];
	const places = [
		...parameters.map((name) => [name, (value: string) => ({ [name]: value })] as const),
		...['kairosWarning', 'includeRawResponse', 'keepImages', 'outputField'].map(
			(name) => [`options.${name}`, (value: string) => ({ options: { [name]: value } })] as const,
		),
		...GROUPED.map(([group, name]) => {
			const setTo = (value: string) => ({ options: { [group]: { values: { [name]: value } } } });
			return [`options.${group}.${name}`, setTo] as const;
		}),
	];
	const expressions = {
		'that gives nothing': '={{ $json.person.no.such() }}',
		'that names a node that is not there': "={{ $('Nowhere').item.binary.data }}",
		'that is none': '={{ ( }}',
	};

	test.each(
		places.flatMap(([name, setTo]) =>
			Object.entries(expressions).map(
				([what, expression]) => [name, what, setTo(expression)] as const,
			),
		),
	)('An expression that fails in %s and %s approves nobody', async (_name, _what, set) => {
		for (const onError of onErrorSettings) {
			const run = await runWorkflow(verifyWorkflow(set, { onError }), {
				items: ADA_AND_BOB.map((name) => person(name)),
				credential: credentialFor(kairos.url),
			});
			const items = outputsOf(run, VERIFY).flat();
			expect(items).toHaveLength(onError === 'stopWorkflow' ? 0 : 2);
			for (const { json } of items) expect(json.error).toEqual(expect.any(String));
			expect(Object.keys(whoLeft(run))).not.toContain('Approved');
		}
		expect(asked()).toEqual([]);
	});

	test('An expression that fails for one item does not affect the others', async () => {
		const selfieField = '={{ $json.person === "ada" ? $json.no.such() : "selfie" }}';
		const run = await runWorkflow(
			verifyWorkflow({ selfieField }, { onError: 'continueErrorOutput' }),
			{
				items: ADA_AND_BOB.map((name) => person(name)),
				credential: credentialFor(kairos.url),
			},
		);
		expect(whoLeft(run)).toEqual({ Approved: ['bob'], Error: ['ada'] });
	});
});

test.each(branchModes)('A disabled node approves nobody in mode %s', async (branches) => {
	const older = { decision: 'approve' };
	const run = await runWorkflow(verifyWorkflow({ branches }, { disabled: true }), {
		items: [person('ada'), person('bob', { verification: older })],
		credential: credentialFor(kairos.url),
	});
	expect(whoLeft(run, branches)).toEqual({ [FIRST_OUTPUT[branches]]: ADA_AND_BOB });
	// No node can prevent that the second item keeps an older verification: n8n does not run it.
	const left = outputsOf(run, VERIFY).flat();
	expect(left.map(({ json }) => json.verification)).toEqual([undefined, older]);
	expect(asked()).toEqual([]);
});

const brought = [
	{ error: 'an older error' },
	{ error: 'an older error', message: 'of an earlier node', details: {} },
	{ $error: { message: 'an older error' }, $json: { person: 'ada' } },
];

test.each(brought)(
	'Items that bring keys by which n8n knows errors leave by their verdict when they are verified: %j',
	async (keys) => {
		const run = await runWorkflow(
			verifyWorkflow({ branches: 'decision' }, { onError: 'continueErrorOutput' }),
			{
				items: [person('ada', keys), person('impostor', keys)],
				credential: credentialFor(kairos.url),
			},
		);
		expect(
			outputsOf(run, VERIFY).map((items) => items.map(({ pairedItem }) => pairedItem)),
		).toEqual([[], [{ item: 1 }], [{ item: 0 }], []]);
	},
);

test.each(brought)(
	'Items that bring keys by which n8n knows errors leave by Error when they are not: %j',
	async (keys) => {
		const run = await runWorkflow(
			verifyWorkflow({ branches: 'decision' }, { onError: 'continueErrorOutput' }),
			{ items: [person('refused', keys)], credential: credentialFor(kairos.url) },
		);
		expect(outputsOf(run, VERIFY).map((items) => items.length)).toEqual([0, 0, 0, 1]);
	},
);

const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

test.each(onErrorSettings)(
	"n8n's Retry On Fail with On Error %s sends nobody again who was verified",
	async (onError) => {
		const run = await runWorkflow(verifyWorkflow({}, { onError, ...retrying }), {
			items: ['unlucky', 'ada', 'impostor', 'bob'].map((name) => person(name)),
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run)).toEqual({
			Rejected: ['impostor'],
			Approved: ['unlucky', 'ada', 'bob'],
			'No Match': ['impostor'],
			'Not Live': ['impostor'],
		});
		const twice = ['unlucky', 'unlucky'];
		expect(asked()).toEqual(['ada', 'bob', 'impostor', ...twice]);
	},
);

test.each(continuing)(
	"n8n's Retry On Fail with On Error %s gives up on who fails for good",
	async (onError) => {
		const run = await runWorkflow(verifyWorkflow({}, { onError, ...retrying }), {
			items: ['refused', 'ada'].map((name) => person(name)),
			credential: credentialFor(kairos.url),
		});
		expect(whoLeft(run).Approved).toEqual(['ada']);
		expect(asked()).toEqual(['ada', 'refused', 'refused', 'refused']);
	},
);

test.each(onErrorSettings)(
	"n8n's Retry On Fail with On Error %s sends nobody more often than Max Attempts allows, who may have been billed",
	async (onError) => {
		const options = limits({ maxAttempts: 2 });
		await runWorkflow(verifyWorkflow({ options }, { onError, ...retrying }), {
			items: [person('unanswered')],
			credential: credentialFor(kairos.url),
		});
		expect(asked()).toEqual(['unanswered', 'unanswered']);
	},
);

test("n8n's Retry On Fail sends nobody again when an item brings an error of its own", async () => {
	const run = await runWorkflow(verifyWorkflow({ branches: 'single' }, retrying), {
		items: [person('ada', { error: 'an older error' }), person('bob')],
		credential: credentialFor(kairos.url),
	});
	expect(whoLeft(run, 'single')).toEqual({ Result: ADA_AND_BOB });
	expect(asked()).toEqual(ADA_AND_BOB);
});

const older = { decision: 'approve', summary: 'Approved: face match 0.93, liveness 0.97.' };
const REFUSED = {
	error: expect.any(String) as unknown,
	verification: { error: expect.objectContaining({ code: 'REFUSED_REQUEST' }) as unknown },
};

test.each(branchModes)(
	'An item that brings the verification of an earlier node loses it on the way to Error, in mode %s',
	async (branches) => {
		const run = await runWorkflow(
			verifyWorkflow({ branches }, { onError: 'continueErrorOutput' }),
			{
				items: [person('refused', { verification: older, age: 36 }), person('refused')],
				credential: credentialFor(kairos.url),
			},
		);
		expect(whoLeft(run, branches)).toEqual({ Error: ['refused', 'refused'] });
		const [item, other] = outputsOf(run, VERIFY).at(-1) ?? [];
		expect(item?.json).toMatchObject({ person: 'refused', age: 36, ...REFUSED });
		expect(Object.keys(other?.json ?? {})).toEqual(['person', 'error', 'verification']);
	},
);

describe("an error output in n8n's binary mode combined, where n8n cannot read which outputs there are", () => {
	const parameters = { selfieField: '_files.selfie', photoField: '_files.photo' };
	const rejected = {
		decisionAndChecks: { Rejected: ['impostor'], 'No Match': ['impostor'] },
		decision: { Rejected: ['impostor'] },
		checks: { 'No Match': ['impostor'] },
		single: {},
	};

	test.each(branchModes)(
		'In the binary mode combined, where n8n cannot read the outputs, Error loses and mixes up nobody: %s',
		async (branches) => {
			const run = await runWorkflow(
				{
					...verifyWorkflow({ ...parameters, branches }, { onError: 'continueErrorOutput' }),
					settings: { binaryMode: 'combined' },
				},
				{
					items: [
						person('impostor'),
						person('refused', { verification: { decision: 'approve' } }),
						person('ada'),
						personWithoutSelfie('faceless'),
					],
					credential: credentialFor(kairos.url),
				},
			);
			expect(whoLeft(run, branches)).toEqual(
				branches === 'single'
					? { Result: ['impostor', 'ada'], Error: ['refused', 'faceless'] }
					: {
							...rejected[branches],
							...(branches !== 'decision' && { 'Not Live': ['impostor'] }),
							[APPROVED_OUTPUT[branches]]: ['ada'],
							Error: ['refused', 'faceless'],
						},
			);
			const errors = outputsOf(run, VERIFY)[OUTPUTS[branches].length] ?? [];
			expect(errors.map(({ json }) => json.verification)).toMatchObject([
				{ error: { code: 'REFUSED_REQUEST' } },
				{ error: { code: 'FILE_NOT_FOUND' } },
			]);
			expect(errors.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, { item: 3 }]);
		},
	);
});
