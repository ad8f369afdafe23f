import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../nodes/BiometricVerify/limiter/clock';
import { type Outcome, runBatch } from '../../../nodes/BiometricVerify/run/batch';

const ITEMS = Array.from({ length: 50 }, (_, item) => item);
const verified = (item: number): Outcome<string> => ({
	...{ status: 'verified', result: `item ${item}` },
});
const failed = (item: number, endsRun: boolean): Outcome<string> => ({
	...{ status: 'failed', error: `error of item ${item}`, endsRun },
});

interface Given {
	items?: number[];
	stopsOnError?: boolean;
	outcomeOf?: (item: number) => Outcome<string>;
	/** How long an item takes, in milliseconds. */
	takes?: (item: number) => number;
}

async function run({ items = ITEMS, stopsOnError = false, ...given }: Given) {
	const { outcomeOf = verified, takes = () => 0 } = given;
	const begun: number[] = [];
	const end = new AbortController();
	const verify = async (item: number) => {
		begun.push(item);
		await sleep(takes(item));
		return outcomeOf(item);
	};
	const settled = await runBatch(items, { stopsOnError, verify, clock: systemClock, end });
	const outcomes = settled.map(({ outcome }) => outcome);
	return { outcomes, inputs: settled.map(({ input }) => input), begun, end: end.signal };
}

test('A batch gives one outcome for each item, in the order of the items', async () => {
	const { outcomes, inputs, begun } = await run({ takes: (item) => 10 - (item % 10) });
	expect([inputs, begun]).toEqual([ITEMS, ITEMS]);
	expect(outcomes).toEqual(ITEMS.map(verified));
	expect((await run({ items: [] })).outcomes).toEqual([]);
});

test('A batch gives other executions their turn after every twenty items', async () => {
	let turns = 0;
	const turn = setInterval(() => turns++, 0);
	const begunAt: number[] = [];
	const verify = (item: number) => {
		begunAt.push(turns);
		return Promise.resolve(verified(item));
	};
	const clock = { ...systemClock, sleep: async () => await sleep(10) };
	await runBatch(ITEMS, { stopsOnError: false, verify, clock });
	clearInterval(turn);
	expect(new Set(begunAt.slice(0, 20)).size).toBe(1);
	expect(begunAt[20]).toBeGreaterThan(begunAt[19] ?? 0);
	expect(begunAt[40]).toBeGreaterThan(begunAt[39] ?? 0);
});

test.each([
	['that ends the run', false, true],
	['in a run that stops on errors', true, false],
])(
	'After an error %s no item begins, and the first error is the reason',
	async (_which, stopsOnError, endsRun) => {
		const { outcomes, begun, end } = await run({
			stopsOnError,
			outcomeOf: (item) => (item === 3 || item === 4 ? failed(item, endsRun) : verified(item)),
			takes: (item) => (item === 3 ? 0 : 20),
		});
		expect(begun).toEqual(ITEMS.slice(0, begun.length));
		expect(begun.length).toBeLessThan(50);
		expect(outcomes.slice(0, 5)).toEqual([
			...[verified(0), verified(1), verified(2)],
			...[failed(3, endsRun), failed(4, endsRun)],
		]);
		expect(outcomes.at(-1)).toEqual({ status: 'skipped', reason: 'error of item 3' });
		expect(end.reason).toBe('error of item 3');
	},
);

test('Any other error, or an item that was skipped, ends nothing', async () => {
	const outcomeOf = (item: number): Outcome<string> =>
		item === 3 ? failed(item, false) : { status: 'skipped', reason: 'x' };
	const { begun, end } = await run({ outcomeOf });
	expect(begun).toEqual(ITEMS);
	expect(end.aborted).toBe(false);
	const skipped = await run({
		stopsOnError: true,
		outcomeOf: () => ({ status: 'skipped', reason: 'x' }),
	});
	expect(skipped.begun).toEqual(ITEMS);
});
