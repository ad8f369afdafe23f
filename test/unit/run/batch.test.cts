import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { runBatch, type BatchRules, type Outcome } from '../../../nodes/BiometricVerify/run/batch';

const verified = (item: string): Outcome<string> => ({
	status: 'verified',
	result: `verified ${item}`,
});
const failed = (item: string, endsRun = false): Outcome<string> => ({
	status: 'failed',
	error: `error of ${item}`,
	endsRun,
});

const itemsUpTo = (count: number) => Array.from({ length: count }, (_, at) => `item ${at}`);

function run(items: string[], rules: Partial<BatchRules<string, string>>) {
	return runBatch<string, string>(items, {
		maxConcurrent: 5,
		stopsOnError: false,
		verify: (item) => Promise.resolve(verified(item)),
		...rules,
	});
}

/** Outcomes in short: the result, or the error, or the reason for which an item was skipped. */
function inShort(settled: Awaited<ReturnType<typeof run>>): string[] {
	return settled.map(({ outcome }) =>
		outcome.status === 'verified'
			? outcome.result
			: outcome.status === 'failed'
				? String(outcome.error)
				: `skipped: ${String(outcome.reason)}`,
	);
}

/** A verification that is decided by hand, to see what is under way. */
function byHand() {
	const underWay = new Map<string, (outcome: Outcome<string>) => void>();
	const begun: string[] = [];
	const verify = (item: string) =>
		new Promise<Outcome<string>>((resolve) => {
			begun.push(item);
			underWay.set(item, resolve);
		});
	const end = async (item: string, outcome = verified(item)) => {
		underWay.get(item)?.(outcome);
		underWay.delete(item);
		await sleep(0);
	};
	return { verify, begun, underWay, end };
}

describe('a batch', () => {
	test('gives an outcome for each item, with the item, in the order of the items', async () => {
		const waits = new Map([
			['item 0', 10],
			['item 1', 7],
			['item 2', 4],
			['item 3', 1],
		]);
		const settled = await run(itemsUpTo(4), {
			maxConcurrent: 2,
			verify: async (item) => {
				await sleep(waits.get(item));
				return verified(item);
			},
		});
		expect(settled).toEqual(itemsUpTo(4).map((item) => ({ input: item, outcome: verified(item) })));
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
		for (let [next] = underWay.keys(); next !== undefined; [next] = underWay.keys()) {
			most = Math.max(most, underWay.size);
			await end(next);
		}
		expect(most).toBe(expected);
		expect(begun).toEqual(itemsUpTo(count));
		expect(await running).toHaveLength(count);
	});

	test('begins the next item as soon as any one is done, not when all are', async () => {
		const { verify, begun, end, underWay } = byHand();
		const running = run(itemsUpTo(4), { maxConcurrent: 2, verify });
		expect(begun).toEqual(['item 0', 'item 1']);
		await end('item 1');
		expect(begun).toEqual(['item 0', 'item 1', 'item 2']);
		await end('item 2');
		expect(begun).toEqual(itemsUpTo(4));
		expect([...underWay.keys()]).toEqual(['item 0', 'item 3']);
		await end('item 3');
		await end('item 0');
		expect(inShort(await running)).toEqual(itemsUpTo(4).map((item) => `verified ${item}`));
	});
});

describe('an item that fails', () => {
	test('leaves the others alone when the run goes on', async () => {
		const settled = await run(itemsUpTo(4), {
			maxConcurrent: 1,
			verify: (item) =>
				Promise.resolve(['item 0', 'item 2'].includes(item) ? failed(item) : verified(item)),
		});
		expect(inShort(settled)).toEqual([
			'error of item 0',
			'verified item 1',
			'error of item 2',
			'verified item 3',
		]);
	});

	test('ends a run that stops on errors: no further item is begun', async () => {
		const { verify, begun, end } = byHand();
		const ending = new AbortController();
		const rules = { maxConcurrent: 2, stopsOnError: true, verify, end: ending };
		const running = run(itemsUpTo(5), rules);
		await end('item 1', failed('item 1'));
		expect(begun).toEqual(['item 0', 'item 1']);
		expect(ending.signal.aborted).toBe(true);
		expect(ending.signal.reason).toBe('error of item 1');
		await end('item 0');
		expect(begun).toEqual(['item 0', 'item 1']);
		expect(inShort(await running)).toEqual([
			'verified item 0',
			'error of item 1',
			'skipped: error of item 1',
			'skipped: error of item 1',
			'skipped: error of item 1',
		]);
	});

	test('ends any run when every further request would fail, too', async () => {
		const { verify, begun, end } = byHand();
		const ending = new AbortController();
		const running = run(itemsUpTo(4), { maxConcurrent: 2, verify, end: ending });
		await end('item 0', failed('item 0', true));
		expect(ending.signal.reason).toBe('error of item 0');
		await end('item 1');
		expect(begun).toEqual(['item 0', 'item 1']);
		expect(inShort(await running)).toEqual([
			'error of item 0',
			'verified item 1',
			'skipped: error of item 0',
			'skipped: error of item 0',
		]);
	});

	test('first is the reason for all that are skipped, also when others fail after it', async () => {
		const { verify, end } = byHand();
		const running = run(itemsUpTo(4), { maxConcurrent: 3, verify });
		await end('item 2', failed('item 2', true));
		await end('item 0', failed('item 0', true));
		await end('item 1', failed('item 1'));
		expect(inShort(await running).at(-1)).toBe('skipped: error of item 2');
	});

	test('does not end a run that goes on', async () => {
		const { verify, end } = byHand();
		const ending = new AbortController();
		const running = run(itemsUpTo(2), { maxConcurrent: 2, verify, end: ending });
		await end('item 0', failed('item 0'));
		expect(ending.signal.aborted).toBe(false);
		await end('item 1');
		await running;
	});
});

test('an item that is skipped ends no run by itself', async () => {
	const verify = (item: string): Promise<Outcome<string>> =>
		Promise.resolve(item === 'item 0' ? { status: 'skipped', reason: 'x' } : verified(item));
	const settled = await run(itemsUpTo(2), { maxConcurrent: 1, stopsOnError: true, verify });
	expect(inShort(settled)).toEqual(['skipped: x', 'verified item 1']);
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
			const begun = new Set<object>();
			const end = new AbortController();
			const settled = await runBatch<(typeof fates)[number], string>(fates, {
				maxConcurrent,
				stopsOnError,
				end,
				verify: async (input) => {
					expect(end.signal.aborted).toBe(false);
					expect(++underWay).toBeLessThanOrEqual(maxConcurrent);
					expect(begun.has(input)).toBe(false);
					begun.add(input);
					for (let tick = 0; tick < input.ticks; tick++) await Promise.resolve();
					underWay--;
					return input.ends === 'well' ? verified('x') : failed('x', input.ends === 'for all');
				},
			});
			expect(settled.map(({ input }) => input)).toEqual(fates);
			const isEnding = ({ ends }: (typeof fates)[number]) =>
				ends === 'for all' || (stopsOnError && ends === 'badly');
			const hasEnded = settled.some(({ input }) => begun.has(input) && isEnding(input));
			for (const { input, outcome } of settled) {
				const status = input.ends === 'well' ? 'verified' : 'failed';
				expect(outcome.status).toBe(begun.has(input) ? status : 'skipped');
				if (outcome.status === 'skipped') expect(hasEnded).toBe(true);
			}
		}),
		{ numRuns: 200 },
	);
});
