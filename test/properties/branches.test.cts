import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { OUTPUTS, outputsOf } from '../../nodes/BiometricVerify/branches';
import { readAnswer } from '../../nodes/BiometricVerify/kairos/answer';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { judge, type Verdict } from '../../nodes/BiometricVerify/verdict';
import { defaultRules } from '../support/answers.cts';
import { contextWith } from '../support/context.cts';
import { body } from './answers.cts';
import { holds } from './fuzz.cts';

/** What becomes of one item: it has no selfie, or Kairos answers it so. */
type Fate = 'no selfie' | { status: number; body: string };

const fate: fc.Arbitrary<Fate> = fc.oneof(
	{ weight: 8, arbitrary: fc.record({ status: fc.constant(200), body }) },
	{ weight: 1, arbitrary: fc.constant('no selfie' as const) },
	{
		weight: 1,
		arbitrary: fc.record({ status: fc.constantFrom(302, 401, 404, 429, 500), body }),
	},
);

interface Batch {
	mode: keyof typeof OUTPUTS;
	fates: Fate[];
	maxConcurrentRequests: number;
	/** Whether an error stops the run. */
	stops: boolean;
}

const batch: fc.Arbitrary<Batch> = fc.record({
	mode: fc.constantFrom(...(Object.keys(OUTPUTS) as Array<keyof typeof OUTPUTS>)),
	fates: fc.array(fate, { maxLength: 12 }),
	maxConcurrentRequests: fc.integer({ min: 1, max: 5 }),
	stops: fc.boolean(),
});

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const file = { mimeType: 'image/png', fileName: '', data: PNG.toString('base64') };

function itemsFor(fates: Fate[]): INodeExecutionData[] {
	return fates.map((one, index) => ({
		json: { index },
		binary: {
			photo: file,
			...(one !== 'no selfie' && { selfie: { ...file, fileName: `${index}` } }),
		},
	}));
}

/** Runs the node on a batch; rejects with what it throws. */
async function run({ mode, fates, maxConcurrentRequests, stops }: Batch) {
	const parameters = {
		imagesArrive: 'sameItem',
		selfieField: 'selfie',
		photoField: 'photo',
		branches: mode,
		options: { maxConcurrentRequests, maxTries: 1 },
	};
	const context = contextWith({
		node: { parameters },
		inputs: [itemsFor(fates)],
		parameters,
		credential: { appId: 'app', appSecretKey: 'the key', baseUrl: 'http://a', apiVersion: 'v0.1' },
		answer: async ({ body: form }) => {
			const index = /name="selfie"; filename="(\d+)"/.exec(await textOf(form))?.[1];
			const one = fates[Number(index)];
			if (one === undefined || one === 'no selfie') throw new Error('Nobody to ask about');
			return {
				statusCode: one.status,
				headers: {},
				body: Readable.from([Buffer.from(one.body)]),
			};
		},
	});
	return await new BiometricVerify().execute.call(
		Object.assign(context, { continueOnFail: () => !stops }),
	);
}

/** The bytes of a form as text; n8n takes it as a buffer or as a blob. */
async function textOf(form: unknown): Promise<string> {
	const pieces = Buffer.isBuffer(form) ? Readable.from([form]) : (form as Blob).stream();
	return (await buffer(pieces)).toString('latin1');
}

function verdictOn(one: Fate): Verdict | undefined {
	if (one === 'no selfie' || one.status !== 200) return undefined;
	try {
		return judge(readAnswer(one.body), defaultRules);
	} catch (error) {
		if (error instanceof KairosFailure) return undefined;
		throw error;
	}
}

function positionIn({ pairedItem }: INodeExecutionData): number {
	return typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : NaN;
}

test(
	'Every item of any batch leaves by each of its outputs once, in order, with its own data and verdict',
	async () => {
		await holds(
			'any batch',
			batch,
			async (one) => {
				const verdicts = one.fates.map(verdictOn);
				const failing = verdicts.findIndex((verdict) => verdict === undefined);
				const left = await run(one).catch((error: Error) => error);
				if (left instanceof Error) {
					expect(one.stops).toBe(true);
					expect(left.message).toMatch(/ \[item \d+\]$/);
					expect(failing).not.toBe(-1);
					return;
				}
				expect(one.stops && failing !== -1).toBe(false);
				const halted = one.fates.some((fate) => fate !== 'no selfie' && fate.status === 401);
				const outputs: readonly string[] = OUTPUTS[one.mode];
				expect(left).toHaveLength(outputs.length);
				left.forEach((items, output) => {
					const positions = items.map(positionIn);
					expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
					for (const item of items) {
						const position = positionIn(item);
						const verdict = verdicts[position];
						if (item.json.error !== undefined) {
							expect(verdict === undefined || halted).toBe(true);
							expect(output).toBe(0);
							continue;
						}
						expect(item.json).toEqual({ index: position, verification: verdict });
						expect(verdict && outputsOf(verdict, one.mode)).toContain(outputs[output]);
					}
				});
				one.fates.forEach((_fate, position) => {
					const times = left.flat().filter((item) => positionIn(item) === position);
					const verdict = verdicts[position];
					const isError = times.some(({ json }) => json.error !== undefined);
					expect(times).toHaveLength(
						verdict === undefined || isError ? 1 : outputsOf(verdict, one.mode).length,
					);
				});
				expect(new Set(left.flat()).size).toBe(left.flat().length);
			},
			{ share: 0.02 },
		);
	},
	20 * 60_000,
);
