import type { INodeExecutionData, OnError } from 'n8n-workflow';
import type { Outcome } from '../../../nodes/BiometricVerify/run/outcome';
import type { BranchMode } from '../../../nodes/BiometricVerify/output/outputs';
import { OUTPUTS } from '../../../nodes/BiometricVerify/output/outputs';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { readItemSettings } from '../../../nodes/BiometricVerify/panel/settings';
import { routeItems } from '../../../nodes/BiometricVerify/output/route';
import type { SeenItems } from '../../../nodes/BiometricVerify/run/execution';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import { type Changes, REQUEST_ID, bodyWith, responseWith } from '../../support/answers.cts';
import { contextWith, type StandIn } from '../../support/context.cts';
import { verified } from '../../support/outcomes.cts';

type NotVerified =
	{ status: 'failed'; error: unknown; isFatal: boolean } | { status: 'skipped'; reason: unknown };

/** What became of a person: how Kairos's response differs from one that approves, or why none came. */
type Given = Changes | NotVerified;

const isNotVerified = (given: Given): given is NotVerified => 'status' in given;

/** Routes people by what became of them. */
function route(
	given: Given[],
	mode: BranchMode = 'decision',
	standIn: StandIn = {},
	seen?: SeenItems,
) {
	const people = given.map((_given, at): INodeExecutionData => ({ json: { person: at } }));
	const context = contextWith({
		inputs: [people],
		parameters: { selfieField: 'selfie', photoField: 'photo' },
		continuesOnFail: true,
		...standIn,
		node: { parameters: { inputMode: 'oneInput', branches: mode }, ...standIn.node },
	});
	const run = startRun(context);
	const outcomes = run.pairs.map((pair, at): Outcome => {
		const changes = given[at] ?? {};
		if (isNotVerified(changes)) return { pair, ...changes };
		const body = bodyWith({ [REQUEST_ID]: `request ${at}`, ...changes });
		const response = { ...responseWith(body), selfieSha256: String(at) };
		return verified(pair, readItemSettings(context, at), response);
	});
	return routeItems(run, outcomes, seen);
}

function summarize(outputs: INodeExecutionData[][], mode: BranchMode = 'decision') {
	return Object.fromEntries(
		outputs
			.map((items, at): [string, string[]] => [
				OUTPUTS[mode][at] ?? `output ${at}`,
				items.map(({ json: { person, error, verification } }) => {
					if (typeof error === 'string') return error;
					const { findings } = verification as unknown as { findings: Array<{ code: string }> };
					return [Number(person), ...findings.map(({ code }) => code)].join(' ');
				}),
			])
			.filter(([, items]) => items.length > 0),
	);
}

test('items that share both images with one of an earlier run are for review', () => {
	const seen: SeenItems = new Map();
	expect(summarize(route([{}], 'decision', {}, seen))).toEqual({ Approved: ['0'] });
	expect(summarize(route([{ [REQUEST_ID]: 'other' }], 'decision', {}, seen))).toEqual({
		Review: ['0 REPEATED_PAIR'],
	});
});

const failed: NotVerified = {
	status: 'failed',
	error: new InputError({ code: 'NO_PARTNER', message: 'No file', description: 'Add one.' }),
	isFatal: false,
};
const skipped: NotVerified = {
	status: 'skipped',
	reason: new InputError({ code: 'NO_PARTNER', message: 'No file', description: 'Add one.' }),
};

const PERSON: INodeExecutionData = {
	json: { person: 0, verification: 'older' },
	binary: { selfie: { data: 'AAAA', mimeType: 'image/png' } },
};

/** One who was not verified, and one who is approved. */
function routeWith({ onError, ...standIn }: StandIn & { onError: OnError }) {
	const parameters = { inputMode: 'oneInput', branches: 'decision' };
	return route([failed, {}], 'decision', {
		inputs: [[PERSON, { json: { person: 1 } }]],
		...{ ...standIn, node: { onError, parameters } },
	});
}

test.each<[mode: BranchMode, first: string, approving: string]>([
	['decisionAndChecks', 'Review', 'Approved'],
	['decision', 'Review', 'Approved'],
	['checks', 'No Match', 'All Passed'],
	['single', 'Result', 'Result'],
])(
	'A failed item leaves by the first output, in the order of the items (%s)',
	(mode, first, approving) => {
		const expected = [
			'No file [item 1]. Add one.',
			'Not sent to Kairos. No file [item 2]. Add one.',
		];
		const outputs = summarize(route([{}, failed, skipped], mode), mode);
		expect(outputs).toEqual(
			first === approving
				? { [first]: ['0', ...expected] }
				: { [approving]: ['0'], [first]: expected },
		);
	},
);

test.each<[what: string, options: Record<string, unknown>, field: string]>([
	['of the default', {}, 'verification'],
	['that the builder chose', { outputField: 'check' }, 'check'],
	['that the builder chose, with white space', { outputField: ' check ' }, 'check'],
	[
		'where another option has an invalid value',
		{ outputField: 'check', maxImageSize: -1 },
		'check',
	],
	['where it is forbidden', { outputField: 'error' }, 'verification'],
	['where it is no text', { outputField: 7 }, 'verification'],
])(
	'A failed item brings no older verification along, under the field %s',
	(_what, options, field) => {
		const parameters = { selfieField: 'selfie', photoField: 'photo', options };
		const older = { [field]: { decision: 'approve' } };
		const outputs = route([failed], 'decision', {
			parameters,
			inputs: [[{ json: older }]],
			node: {
				onError: 'continueErrorOutput',
				parameters: { inputMode: 'oneInput', branches: 'decision' },
			},
		});
		expect(outputs[0]?.[0]?.json).toMatchObject({
			[field]: { error: { code: 'NO_PARTNER' } },
		});
	},
);

test.each<[binaryMode: 'separate' | 'combined', onError: OnError, knownOutputs: number]>([
	['separate', 'continueErrorOutput', 2],
	['combined', 'continueRegularOutput', 2],
	['combined', 'continueErrorOutput', 4],
])(
	'A failed item leaves by the first output where n8n sorts out errors (%s, %s, %i outputs)',
	(binaryMode, onError, knownOutputs) => {
		const outputs = routeWith({ binaryMode, onError, knownOutputs });
		expect(outputs.map(({ length }) => length)).toEqual([1, 0, 1]);
	},
);

const FIELDS = {
	error: 'No file [item 0]. Add one.',
	verification: { error: expect.objectContaining({ code: 'NO_PARTNER' }) as unknown },
};

test.each<[OnError, object]>([
	['continueRegularOutput', FIELDS],
	['continueErrorOutput', { person: 0, ...FIELDS }],
])('A failed item has its data only where there is an Error output (%s)', (onError, json) => {
	const [first] = routeWith({ binaryMode: 'separate', onError, knownOutputs: 2 });
	expect(first?.[0]?.json).toEqual(json);
});

test('A failed item leaves by the Error output, with its data, where n8n misses that', () => {
	const outputs = routeWith({
		...{ binaryMode: 'combined', onError: 'continueErrorOutput', knownOutputs: 8 },
	});
	expect(outputs.map(({ length }) => length)).toEqual([0, 0, 1, 1]);
	expect(outputs[3]).toEqual([
		{
			json: { person: 0, ...FIELDS },
			binary: PERSON.binary,
			pairedItem: { item: 0 },
		},
	]);
});

test.each<[OnError, binaryMode: 'separate' | 'combined', keys: string[]]>([
	['continueRegularOutput', 'separate', ['error', 'verification']],
	['continueErrorOutput', 'separate', ['person', 'verification', 'error']],
	['continueErrorOutput', 'combined', ['person', 'verification', 'error']],
])(
	'A failed item leaves by the first output where Branches cannot be used, and n8n does not know it for an error (%s, %s)',
	(onError, binaryMode, keys) => {
		const outputs = route([failed, skipped], 'decision', {
			...{ inputs: [[PERSON, PERSON]], binaryMode, knownOutputs: 2 },
			node: { onError, parameters: { inputMode: 'oneInput', branches: '={{ "decision" }}' } },
		});
		expect(outputs.map(({ length }) => length)).toEqual([2]);
		for (const item of outputs.flat()) {
			expect(item.error).toBeUndefined();
			expect(Object.keys(item.json)).toEqual(keys);
		}
	},
);
