import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { runBatch, type BatchRules, type Outcome } from '../../nodes/BiometricVerify/batch';
import { inputError, type ItemError } from '../../nodes/BiometricVerify/errors';
import { nodeWith } from '../support/context.cts';

type Item = string;
type Result = string;

const errorOf = (itemIndex: number) => inputError(nodeWith(), itemIndex, 'Failed', 'Mend it');
const verified = (item: Item): Outcome<Result> => ({ result: `verified ${item}` });
const failed = (itemIndex: number, haltsRun = false): Outcome<Result> => ({
	error: errorOf(itemIndex),
	haltsRun,
});

const itemsUpTo = (count: number) => Array.from({ length: count }, (_, at) => `item ${at}`);

/** Runs a batch in which an item that was not begun is told by the message of the reason. */
function run(items: Item[], rules: Partial<BatchRules<Item, Result>>) {
	return runBatch<Item, Result>(items, {
		maxConcurrent: 5,
		stopsOnError: false,
		verify: (item) => Promise.resolve(verified(item)),
		notBegun: (itemIndex, reason) => ({
			error: inputError(nodeWith(), itemIndex, `Not begun: ${reason.message}`, ''),
			haltsRun: true,
		}),
		...rules,
	});
}

/** Outcomes in short: the result, or the message of the error. */
function inShort(outcomes: Array<Outcome<Result>>): string[] {
	return outcomes.map((outcome) => ('result' in outcome ? outcome.result : outcome.error.message));
}

/** A verification that is decided by hand, to see what is under way. */
function byHand() {
	const underWay = new Map<
		number,
		{ end: (outcome: Outcome<Result>) => void; halted: AbortSignal }
	>();
	const begun: number[] = [];
	const verify = (_item: Item, itemIndex: number, halted: AbortSignal) =>
		new Promise<Outcome<Result>>((resolve) => {
			begun.push(itemIndex);
			underWay.set(itemIndex, { end: resolve, halted });
		});
	const end = async (itemIndex: number, outcome = verified(`item ${itemIndex}`)) => {
		underWay.get(itemIndex)?.end(outcome);
		underWay.delete(itemIndex);
		await sleep(0);
	};
	return { verify, begun, underWay, end };
}

describe('a batch', () => {
	test('gives an outcome for each item, with the item, in the order of the items', async () => {
		const outcomes = await run(itemsUpTo(4), {
			maxConcurrent: 2,
			verify: async (item, itemIndex) => {
				await sleep(10 - 3 * itemIndex);
				return verified(item);
			},
		});
		expect(outcomes).toEqual(
			itemsUpTo(4).map((item) => ({ input: item, result: `verified ${item}` })),
		);
	});

	test('of no items verifies nothing', async () => {
		const verify = jest.fn(() => Promise.resolve(verified('nothing')));
		expect(await run([], { verify })).toEqual([]);
		expect(verify).not.toHaveBeenCalled();
	});

	test.each([
		[1, 7, 1],
		[3, 7, 3],
		[7, 7, 7],
		[50, 7, 7],
	])('with a limit of %i has of %i items %i under way', async (maxConcurrent, count, expected) => {
		const { verify, begun, underWay, end } = byHand();
		const running = run(itemsUpTo(count), { maxConcurrent, verify });
		let most = underWay.size;
		while (underWay.size > 0) {
			most = Math.max(most, underWay.size);
			await end(Math.min(...underWay.keys()));
		}
		expect(most).toBe(expected);
		expect(begun).toEqual(itemsUpTo(count).map((_item, at) => at));
		expect(await running).toHaveLength(count);
	});

	test('begins the next item as soon as any one is done, not when all are', async () => {
		const { verify, begun, end, underWay } = byHand();
		const running = run(itemsUpTo(4), { maxConcurrent: 2, verify });
		expect(begun).toEqual([0, 1]);
		await end(1);
		expect(begun).toEqual([0, 1, 2]);
		await end(2);
		expect(begun).toEqual([0, 1, 2, 3]);
		expect([...underWay.keys()]).toEqual([0, 3]);
		await end(3);
		await end(0);
		expect(inShort(await running)).toEqual(itemsUpTo(4).map((item) => `verified ${item}`));
	});

	test('gives each item its number', async () => {
		const verify = jest.fn((item: Item) => Promise.resolve(verified(item)));
		await run(itemsUpTo(2), { verify });
		expect(verify.mock.calls).toEqual([
			['item 0', 0, expect.any(AbortSignal)],
			['item 1', 1, expect.any(AbortSignal)],
		]);
	});
});

describe('an item that fails', () => {
	test('leaves the others alone when the run goes on', async () => {
		const outcomes = await run(itemsUpTo(4), {
			maxConcurrent: 1,
			verify: (item, itemIndex) =>
				Promise.resolve(itemIndex % 2 === 0 ? failed(itemIndex) : verified(item)),
		});
		expect(inShort(outcomes)).toEqual([
			'Failed [item 0]',
			'verified item 1',
			'Failed [item 2]',
			'verified item 3',
		]);
	});

	test('ends a run that stops on errors: no further item is begun', async () => {
		const { verify, begun, underWay, end } = byHand();
		const running = run(itemsUpTo(5), { maxConcurrent: 2, stopsOnError: true, verify });
		await end(1, failed(1));
		expect(begun).toEqual([0, 1]);
		expect(underWay.get(0)?.halted.aborted).toBe(true);
		await end(0);
		expect(begun).toEqual([0, 1]);
		expect(inShort(await running)).toEqual([
			'verified item 0',
			'Failed [item 1]',
			'Not begun: Failed [item 1] [item 2]',
			'Not begun: Failed [item 1] [item 3]',
			'Not begun: Failed [item 1] [item 4]',
		]);
	});

	test('ends any run when every further request would fail, too', async () => {
		const { verify, begun, underWay, end } = byHand();
		const running = run(itemsUpTo(4), { maxConcurrent: 2, verify });
		await end(0, failed(0, true));
		expect(underWay.get(1)?.halted.aborted).toBe(true);
		await end(1);
		expect(begun).toEqual([0, 1]);
		expect(inShort(await running)).toEqual([
			'Failed [item 0]',
			'verified item 1',
			'Not begun: Failed [item 0] [item 2]',
			'Not begun: Failed [item 0] [item 3]',
		]);
	});

	test('first is the reason for all that are not begun, also when others fail after it', async () => {
		const { verify, end } = byHand();
		const running = run(itemsUpTo(4), { maxConcurrent: 3, verify });
		await end(2, failed(2, true));
		await end(0, failed(0, true));
		await end(1, failed(1));
		expect(inShort(await running).at(-1)).toBe('Not begun: Failed [item 2] [item 3]');
	});

	test('does not halt a run that goes on', async () => {
		const { verify, underWay, end } = byHand();
		const running = run(itemsUpTo(2), { maxConcurrent: 2, verify });
		await end(0, failed(0));
		expect(underWay.get(1)?.halted.aborted).toBe(false);
		await end(1);
		await running;
	});
});

test('every item has exactly one outcome, and never are too many under way, whatever happens', async () => {
	const fate = fc.record({
		ticks: fc.nat({ max: 5 }),
		ends: fc.constantFrom<'well' | 'badly' | 'for all'>('well', 'well', 'badly', 'for all'),
	});
	const cases = fc.record({
		fates: fc.array(fate, { maxLength: 12 }),
		maxConcurrent: fc.integer({ min: 1, max: 6 }),
		stopsOnError: fc.boolean(),
	});
	await fc.assert(
		fc.asyncProperty(cases, async ({ fates, maxConcurrent, stopsOnError }) => {
			let underWay = 0;
			const begun: number[] = [];
			const skipped: number[] = [];
			const reasons = new Set<ItemError>();
			const outcomes = await runBatch<(typeof fates)[number], Result>(fates, {
				maxConcurrent,
				stopsOnError,
				verify: async ({ ticks, ends }, itemIndex, halted) => {
					expect(halted.aborted).toBe(false);
					expect(++underWay).toBeLessThanOrEqual(maxConcurrent);
					begun.push(itemIndex);
					for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
					underWay--;
					if (ends === 'well') return verified(`item ${itemIndex}`);
					return failed(itemIndex, ends === 'for all');
				},
				notBegun: (itemIndex, reason) => {
					skipped.push(itemIndex);
					reasons.add(reason);
					return { error: errorOf(itemIndex), haltsRun: true };
				},
			});
			const all = fates.map((_fate, at) => at);
			expect([...begun, ...skipped].sort((one, other) => one - other)).toEqual(all);
			expect(outcomes.map(({ input }) => input)).toEqual(fates);
			expect(reasons.size).toBeLessThanOrEqual(1);
			outcomes.forEach((outcome, at) => {
				const endedWell = fates[at]?.ends === 'well' && begun.includes(at);
				expect('result' in outcome).toBe(endedWell);
			});
		}),
		{ numRuns: 200 },
	);
});
