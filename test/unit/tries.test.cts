import { getEventListeners } from 'node:events';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { failureOfStatus } from '../../nodes/BiometricVerify/kairos/statuses';
import { withTries, type TryRules } from '../../nodes/BiometricVerify/kairos/tries';

const fault = (retryAfterMs?: number) => failureOfStatus({ status: 503, said: '', retryAfterMs });

/** What became of the tries, and the times (ms since the beginning) at which each began. */
interface Course {
	begunAt: number[];
	endedAt: number;
	result?: unknown;
	error?: unknown;
}

/** Runs tries whose outcomes are given in turn: an error fails, anything else is the result. */
async function course(outcomes: unknown[], rules: Partial<TryRules> = {}): Promise<Course> {
	const start = Date.now();
	const begunAt: number[] = [];
	const attempt = () => {
		const outcome = outcomes[begunAt.length] ?? outcomes.at(-1);
		begunAt.push(Date.now() - start);
		return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
	};
	const halted = new AbortController().signal;
	const running = withTries(attempt, { maxTries: 3, halted, ...rules }).then(
		(result) => ({ begunAt, result, endedAt: Date.now() - start }),
		(error: unknown) => ({ begunAt, error, endedAt: Date.now() - start }),
	);
	await jest.advanceTimersByTimeAsync(1000 * 1000);
	return await running;
}

beforeEach(() => {
	jest.useFakeTimers();
	jest.spyOn(Math, 'random').mockReturnValue(1);
});

afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

describe('an attempt', () => {
	test('that succeeds is the only one', async () => {
		expect(await course(['answer'])).toEqual({ begunAt: [0], endedAt: 0, result: 'answer' });
	});

	test('whose failure may pass is repeated until it succeeds', async () => {
		const { begunAt, result } = await course([fault(), fault(), 'answer']);
		expect(begunAt).toHaveLength(3);
		expect(result).toBe('answer');
	});

	test.each([1, 2, 3, 10])(
		'is made %i times at the most, and the last failure counts',
		async (maxTries) => {
			const failures = Array.from({ length: 20 }, () => fault());
			const { begunAt, error } = await course(failures, { maxTries });
			expect(begunAt).toHaveLength(maxTries);
			expect(error).toBe(failures[maxTries - 1]);
		},
	);

	test.each([300, 302, 400, 401, 402, 403, 404, 405, 408, 413, 415, 422])(
		'that ends in the status %i is not repeated',
		async (status) => {
			const failure = failureOfStatus({ status, said: '', retryAfterMs: 0 });
			expect(await course([failure, 'answer'])).toEqual({
				begunAt: [0],
				endedAt: 0,
				error: failure,
			});
		},
	);

	test.each([429, 500, 501, 502, 503, 504, 520])(
		'that ends in the status %i is repeated',
		async (status) => {
			const { begunAt, result } = await course([failureOfStatus({ status, said: '' }), 'answer']);
			expect(begunAt).toHaveLength(2);
			expect(result).toBe('answer');
		},
	);

	test('that ends in an error of another kind is not repeated', async () => {
		const error = new TypeError('A fault of the node');
		expect(await course([error, 'answer'])).toEqual({ begunAt: [0], endedAt: 0, error });
	});

	test('that fails for good after one that may pass is not repeated', async () => {
		const failure = failureOfStatus({ status: 401, said: '' });
		const { begunAt, error } = await course([fault(), failure, 'answer']);
		expect(begunAt).toHaveLength(2);
		expect(error).toBe(failure);
	});
});

describe('the waits', () => {
	test.each<[what: string, random: number, begunAt: number[]]>([
		['whole', 1, [0, 1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000, 183_000]],
		['half', 0, [0, 500, 1500, 3500, 7500, 15_500, 31_500, 61_500, 91_500]],
	])(
		'double up to a minute, and are spread from half to all of it (%s)',
		async (_what, random, expected) => {
			jest.spyOn(Math, 'random').mockReturnValue(random);
			const { begunAt } = await course([fault()], { maxTries: 9 });
			expect(begunAt).toEqual(expected);
		},
	);

	test('are as long as the service asks, without a spread', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(0);
		const { begunAt } = await course([fault(2345), fault(60_000), 'answer']);
		expect(begunAt).toEqual([0, 2345, 62_345]);
	});

	test('are none when the service asks for none', async () => {
		const { endedAt, result } = await course([fault(0), fault(0), 'answer']);
		expect(result).toBe('answer');
		expect(endedAt).toBeLessThan(10);
	});

	test('end the tries when the service asks for more than a minute', async () => {
		const failure = fault(60_001);
		expect(await course([failure, 'answer'])).toEqual({ begunAt: [0], endedAt: 0, error: failure });
	});

	test('do not follow the last try', async () => {
		expect(await course([fault(5000)], { maxTries: 2 })).toMatchObject({
			begunAt: [0, 5000],
			endedAt: 5000,
		});
	});
});

describe('a run that is halted', () => {
	test('ends a wait at once, with the failure of the item itself', async () => {
		const halt = new AbortController();
		setTimeout(() => halt.abort(), 300);
		const failure = fault(30_000);
		expect(await course([failure, 'answer'], { halted: halt.signal })).toEqual({
			begunAt: [0],
			endedAt: 300,
			error: failure,
		});
	});

	test('has no further try after the one that is under way', async () => {
		const failure = fault(30_000);
		expect(await course([failure, 'answer'], { halted: AbortSignal.abort() })).toEqual({
			begunAt: [0],
			endedAt: 0,
			error: failure,
		});
	});

	test('still takes the answer of the try that is under way', async () => {
		const { result } = await course(['answer'], { halted: AbortSignal.abort() });
		expect(result).toBe('answer');
	});
});

describe('an execution that is cancelled', () => {
	test('ends a wait at once', async () => {
		const cancel = new AbortController();
		setTimeout(() => cancel.abort(), 300);
		const { begunAt, endedAt, error } = await course([fault(30_000), 'answer'], {
			cancelSignal: cancel.signal,
		});
		expect({ begunAt, endedAt }).toEqual({ begunAt: [0], endedAt: 300 });
		expect(error).toBeInstanceOf(KairosFailure);
		expect(error).toMatchObject({
			message: 'Not verified: the execution was canceled',
			haltsRun: true,
		});
	});

	test('while a try fails does not wait first', async () => {
		const { begunAt, endedAt, error } = await course([fault(30_000), 'answer'], {
			cancelSignal: AbortSignal.abort(),
		});
		expect({ begunAt, endedAt }).toEqual({ begunAt: [0], endedAt: 0 });
		expect(error).toMatchObject({ message: 'Not verified: the execution was canceled' });
	});
});

test('the signals are let go when all is over', async () => {
	const [halt, cancel] = [new AbortController(), new AbortController()];
	await course([fault(), fault(), 'answer'], { halted: halt.signal, cancelSignal: cancel.signal });
	expect(getEventListeners(halt.signal, 'abort')).toEqual([]);
	expect(getEventListeners(cancel.signal, 'abort')).toEqual([]);
});
