import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { IDataObject, INodeExecutionData, OnError } from 'n8n-workflow';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import { contextWith } from '../support/context.cts';
import {
	type BranchMode,
	modes,
	outputNamesOf,
	outputsOf,
	parametersFor,
	verdictOf,
} from './adapter.cts';
import { options, responseText as body } from './responses.cts';
import { checkProperty } from './fuzz.cts';
import { type Evidence, reasonsNotToApprove, type Options } from './oracle.cts';

/** What becomes of one item: it has no selfie, or Kairos answers it so. */
type Given = 'no selfie' | Answered;

interface Answered {
	status: number;
	body: string;
	/** Whether the response has a request ID of its own, not the documented one. */
	hasOwnId: boolean;
	/** Whether the photo is the selfie once more. */
	isSameImage: boolean;
}

const usually = fc.integer({ min: 0, max: 9 }).map((digit) => digit !== 9);

function answered(status: fc.Arbitrary<number>): fc.Arbitrary<Answered> {
	const isSameImage = usually.map((isOther) => !isOther);
	return fc.record({ status, body, hasOwnId: usually, isSameImage });
}

const anyGiven: fc.Arbitrary<Given> = fc.oneof(
	{ weight: 8, arbitrary: answered(fc.constantFrom(200, 200, 203)) },
	{ weight: 1, arbitrary: fc.constant('no selfie' as const) },
	{ weight: 1, arbitrary: answered(fc.constantFrom(302, 401, 404, 429, 500)) },
);

interface Batch {
	mode: BranchMode;
	options: Options;
	given: Given[];
	maxConcurrentRequests: number;
	onError: OnError;
}

const batch: fc.Arbitrary<Batch> = fc.record({
	mode: fc.constantFrom(...modes),
	options,
	given: fc.array(anyGiven, { maxLength: 12 }),
	maxConcurrentRequests: fc.integer({ min: 1, max: 5 }),
	onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
});

/** The bytes of an image; they say whose it is, as its file name need not arrive. */
function imageOf(what: 'selfie' | 'photo', index: number): Buffer {
	return Buffer.from(`\x89PNG\r\n\x1a\n${what} ${index}.`, 'latin1');
}

function photoOf(one: Given, index: number): Buffer {
	return imageOf(one !== 'no selfie' && one.isSameImage ? 'selfie' : 'photo', index);
}

function itemsFor(given: Given[]): INodeExecutionData[] {
	const file = (data: Buffer) => ({ mimeType: 'image/png', data: data.toString('base64') });
	return given.map((one, index) => ({
		json: { index },
		binary: {
			photo: file(photoOf(one, index)),
			...(one !== 'no selfie' && { selfie: file(imageOf('selfie', index)) }),
		},
	}));
}

/** The text that Kairos answers an item with. */
function bodyOf(one: Answered, index: number): string {
	return one.hasOwnId ? one.body.replace('601d8377', `${10_000_000 + index}`) : one.body;
}

/** Runs the node on a batch; rejects with what it throws. */
async function run({ mode, options: set, given, maxConcurrentRequests, onError }: Batch) {
	const parameters = parametersFor(mode, set, maxConcurrentRequests);
	const context = contextWith({
		node: { parameters, onError },
		continuesOnFail: onError !== 'stopWorkflow',
		inputs: [itemsFor(given)],
		parameters,
		credential: { appId: 'app', appSecretKey: 'the key', baseUrl: 'http://a', apiVersion: 'v0.1' },
		answer: async ({ body: form }) => {
			const index = Number(/selfie (\d+)\./.exec(await textOf(form))?.[1]);
			const one = given[index];
			if (one === undefined || one === 'no selfie') throw new Error('Nobody to ask about');
			return {
				statusCode: one.status,
				headers: {},
				body: Readable.from([Buffer.from(bodyOf(one, index))]),
			};
		},
	});
	return await new BiometricVerify().execute.call(context);
}

/** The bytes of a form as text; n8n takes it as a buffer or as a blob. */
async function textOf(form: unknown): Promise<string> {
	const pieces = Buffer.isBuffer(form) ? Readable.from([form]) : (form as Blob).stream();
	return (await buffer(pieces)).toString('latin1');
}

/** What there is to judge an item by; undefined when Kairos does not answer it. */
function evidenceOn(one: Given, index: number): Evidence | undefined {
	if (one === 'no selfie' || one.status < 200 || one.status > 299) return undefined;
	const sha256 = (image: Buffer) => createHash('sha256').update(image).digest('hex');
	return {
		// As the bytes of the body arrive.
		body: Buffer.from(bodyOf(one, index)).toString(),
		selfieSha256: sha256(imageOf('selfie', index)),
		photoSha256: sha256(photoOf(one, index)),
		isRequestIdRepeated: false,
		isPairRepeated: false,
	};
}

function positionIn({ pairedItem }: INodeExecutionData): number {
	return typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : NaN;
}

/** The request IDs of the items that were verified, by the items' positions. */
function requestIdsIn(left: INodeExecutionData[][]): Map<number, unknown> {
	const verified = left.flat().filter(({ json }) => json.error === undefined);
	return new Map(
		verified.map((item) => {
			const { requestId } = item.json.verification as IDataObject;
			return [positionIn(item), requestId];
		}),
	);
}

const APPROVING = ['Approved', 'All Passed'];

test(
	'Every item of any batch leaves by each of its outputs once, in order, with its own data and verdict, and by an approving one only if nothing speaks against it',
	async () => {
		let approvals = 0;
		await checkProperty(
			'any batch',
			batch,
			async (one) => {
				const evidence = one.given.map(evidenceOn);
				const isJudged = evidence.map((known) => known && verdictOf(known, one.options));
				const failing = isJudged.findIndex((verdict) => verdict === undefined);
				const left = await run(one).catch((error: Error) => error);
				if (left instanceof Error) {
					expect(one.onError).toBe('stopWorkflow');
					expect(left.message).toMatch(/ \[item \d+\]$/);
					expect(failing).not.toBe(-1);
					return;
				}
				expect(one.onError === 'stopWorkflow' && failing !== -1).toBe(false);
				const outputs: readonly string[] = outputNamesOf(one.mode);
				expect(left).toHaveLength(outputs.length);

				const ids = requestIdsIn(left);
				const known = evidence.map((each, position): Evidence | undefined => {
					const id = ids.get(position) ?? null;
					const sameId = [...ids.values()].filter((other) => other === id);
					return each && { ...each, isRequestIdRepeated: id !== null && sameId.length > 1 };
				});
				const verdicts = known.map((each) => each && verdictOf(each, one.options));
				left.forEach((items, output) => {
					const name = outputs[output] ?? '';
					const positions = items.map(positionIn);
					expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
					for (const item of items) {
						const position = positionIn(item);
						const verdict = verdicts[position];
						const { error } = item.json.verification as { error?: { code: string } };
						if (error) {
							// Another item may have ended the run.
							expect(verdict === undefined || error.code === 'NOT_SENT').toBe(true);
							// n8n moves it on to Error, and knows it by that property.
							expect(item.error !== undefined).toBe(one.onError === 'continueErrorOutput');
							expect(output).toBe(0);
							continue;
						}
						expect(item.json).toEqual({
							index: position,
							verification: expect.objectContaining({ ...verdict }) as unknown,
						});
						expect(verdict && outputsOf(verdict, one.mode)).toContain(name);
						if (APPROVING.includes(name)) {
							approvals++;
							const each = known[position];
							expect(each && reasonsNotToApprove(each, one.options)).toEqual([]);
						}
					}
				});
				one.given.forEach((_given, position) => {
					const times = left.flat().filter((item) => positionIn(item) === position);
					const verdict = verdicts[position];
					const isError = times.some(({ json }) => json.error !== undefined);
					expect(times).toHaveLength(
						verdict === undefined || isError ? 1 : outputsOf(verdict, one.mode).length,
					);
				});
				expect(new Set(left.flat()).size).toBe(left.flat().length);
			},
			{ share: 0.04 },
		);
		expect(approvals).toBeGreaterThan(0);
	},
	20 * 60_000,
);
