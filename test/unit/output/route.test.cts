import type { INodeExecutionData, OnError } from 'n8n-workflow';
import type { Outcome } from '../../../nodes/BiometricVerify/run/batch';
import type { BranchMode } from '../../../nodes/BiometricVerify/output/outputs';
import { OUTPUTS } from '../../../nodes/BiometricVerify/output/outputs';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { readResponse } from '../../../nodes/BiometricVerify/kairos/response';
import { readItemSettings } from '../../../nodes/BiometricVerify/panel/settings';
import { routeItems } from '../../../nodes/BiometricVerify/output/route';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import type { VerifiedItem } from '../../../nodes/BiometricVerify/run/verifyItem';
import {
	type Changes,
	MATCH,
	MISSING,
	REQUEST_ID,
	anywhere,
	bodyWith,
	differentImages,
} from '../../support/answers.cts';
import { contextWith, type StandIn } from '../../support/context.cts';

/** What became of a person: the changes of the response, or an outcome without one. */
type Fate = Changes | Outcome<VerifiedItem>;

const isOutcome = (fate: Fate): fate is Outcome<VerifiedItem> => 'status' in fate;

/** Routes people as they fared; who left by which output, and with which codes or errors. */
function route(fates: Fate[], mode: BranchMode = 'decision', standIn: StandIn = {}) {
	const people = fates.map((_fate, at): INodeExecutionData => ({ json: { person: at } }));
	const context = contextWith({
		inputs: [people],
		parameters: { selfieField: 'selfie', photoField: 'photo' },
		continuesOnFail: true,
		...standIn,
		node: { parameters: { inputMode: 'oneInput', branches: mode }, ...standIn.node },
	});
	const run = startRun(context);
	const settled = run.entries.map((entry, at) => {
		const fate = fates[at] ?? {};
		if (isOutcome(fate)) return { input: entry, outcome: fate };
		if (entry.pair instanceof InputError) throw entry.pair;
		const result: VerifiedItem = {
			pair: entry.pair,
			settings: readItemSettings(context, at),
			response: readResponse(bodyWith({ [REQUEST_ID]: `request ${at}`, ...fate })),
			...differentImages,
			...anywhere,
			attempts: 1,
		};
		return { input: entry, outcome: { status: 'verified' as const, result } };
	});
	return routeItems(run, settled);
}

function inShort(outputs: INodeExecutionData[][], mode: BranchMode = 'decision') {
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

describe('a request ID', () => {
	test('that two items share sends both to review, and nobody else', () => {
		const same = { [REQUEST_ID]: 'same' };
		expect(inShort(route([same, {}, { [REQUEST_ID]: ' same\n' }]))).toEqual({
			Approved: ['1'],
			Review: ['0 REPEATED_REQUEST_ID', '2 REPEATED_REQUEST_ID'],
		});
	});

	test('is the same in upper and lower case', () => {
		const outputs = route([{ [REQUEST_ID]: 'ABC-1' }, { [REQUEST_ID]: 'abc-1' }]);
		expect(Object.keys(inShort(outputs))).toEqual(['Review']);
	});

	test('that many share sends all of them to review', () => {
		const outputs = route(Array.from({ length: 5 }, () => ({ [REQUEST_ID]: 'same' })));
		expect(outputs.map(({ length }) => length)).toEqual([5, 0, 0]);
	});

	test('that is missing is shared by nobody', () => {
		for (const value of [MISSING, null, '', ' ', 7]) {
			const fate = { [REQUEST_ID]: value };
			expect(inShort(route([fate, fate]))).toEqual({ Approved: ['0', '1'] });
		}
	});

	test('that is a word of JavaScript is one like any other', () => {
		const ids = ['__proto__', 'constructor', 'toString'];
		expect(inShort(route(ids.map((id) => ({ [REQUEST_ID]: id }))))).toEqual({
			Approved: ['0', '1', '2'],
		});
	});

	test('of somebody who is rejected counts, too', () => {
		const same = { [REQUEST_ID]: 'same' };
		const rules = {
			options: { thresholds: { values: { faceMatchRejectBelow: 0.5, faceMatchReviewBelow: 0 } } },
		};
		const parameters = { selfieField: 'selfie', photoField: 'photo', ...rules };
		const outputs = route([{ ...same, [MATCH]: 0.1 }, same], 'decision', { parameters });
		expect(outputs.map((items) => items.map(({ json }) => json.person))).toEqual([[1], [0], []]);
	});
});

describe('somebody who was not verified', () => {
	const failed: Outcome<VerifiedItem> = {
		status: 'failed',
		error: new InputError({ code: 'NO_PARTNER', message: 'No file', description: 'Add one.' }),
		endsRun: false,
	};
	const skipped: Outcome<VerifiedItem> = {
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
		['checks', 'Match Failed', 'All Passed'],
		['single', 'Result', 'Result'],
	])('leaves by the first output, in the order of the items (%s)', (mode, first, approving) => {
		const expected = [
			'No file [item 1]. Add one.',
			'Not sent to Kairos. No file [item 2]. Add one.',
		];
		const outputs = inShort(route([{}, failed, skipped], mode), mode);
		expect(outputs).toEqual(
			first === approving
				? { [first]: ['0', ...expected] }
				: { [approving]: ['0'], [first]: expected },
		);
	});

	test.each<[what: string, options: Record<string, unknown>, field: string]>([
		['of the default', {}, 'verification'],
		['that the builder chose', { outputField: 'check' }, 'check'],
		['that the builder chose, with white space', { outputField: ' check ' }, 'check'],
		[
			'where another option has an invalid value',
			{ outputField: 'check', limits: { values: { maxImageSize: -1 } } },
			'check',
		],
		['where it is forbidden', { outputField: 'error' }, 'verification'],
		['where it is no text', { outputField: 7 }, 'verification'],
	])('brings no older verification along, under the field %s', (_what, options, field) => {
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
		expect(outputs[0]?.[0]?.json).toMatchObject({ [field]: null });
	});

	test.each<[binaryMode: 'separate' | 'combined', onError: OnError, knownOutputs: number]>([
		['separate', 'continueErrorOutput', 2],
		['combined', 'continueRegularOutput', 2],
		['combined', 'continueErrorOutput', 4],
	])(
		'leaves by the first output where n8n sorts out errors (%s, %s, %i outputs)',
		(binaryMode, onError, knownOutputs) => {
			const outputs = routeWith({ binaryMode, onError, knownOutputs });
			expect(outputs.map(({ length }) => length)).toEqual([1, 0, 1]);
		},
	);

	test.each<[OnError, object]>([
		['continueRegularOutput', { error: 'No file [item 0]. Add one.' }],
		['continueErrorOutput', { person: 0, error: 'No file [item 0]. Add one.', verification: null }],
	])('has its data only where there is an Error output (%s)', (onError, json) => {
		const [first] = routeWith({ binaryMode: 'separate', onError, knownOutputs: 2 });
		expect(first?.[0]?.json).toEqual(json);
	});

	test('leaves by the Error output, with its data, where n8n misses that', () => {
		const outputs = routeWith({
			...{ binaryMode: 'combined', onError: 'continueErrorOutput', knownOutputs: 8 },
		});
		expect(outputs.map(({ length }) => length)).toEqual([0, 0, 1, 1]);
		expect(outputs[3]).toEqual([
			{
				json: { person: 0, error: 'No file [item 0]. Add one.', verification: null },
				binary: PERSON.binary,
				pairedItem: { item: 0 },
			},
		]);
	});

	test('brings none along where an expression of another option fails', () => {
		const context: StandIn = {
			parameters: {
				options: {
					outputField: 'check',
					get keepImages(): never {
						throw new Error('The expression fails');
					},
				},
			},
			inputs: [[{ json: { check: { decision: 'approve' } } }]],
			node: {
				onError: 'continueErrorOutput',
				parameters: { inputMode: 'oneInput', branches: 'decision' },
			},
		};
		expect(route([failed], 'decision', context)[0]?.[0]?.json).toMatchObject({ check: null });
	});
});

test('everybody leaves exactly once by each output that is theirs', () => {
	const fates = [{}, { [MATCH]: 0.1 }, { [MATCH]: null }];
	const outputs = route(fates, 'decisionAndChecks');
	expect(inShort(outputs, 'decisionAndChecks')).toEqual({
		Approved: ['0'],
		Review: ['1 FACE_MATCH_BELOW_THRESHOLD', '2 NO_FACE_MATCH_SCORE'],
		'Match Failed': ['1 FACE_MATCH_BELOW_THRESHOLD', '2 NO_FACE_MATCH_SCORE'],
	});
});
