import { getEventListeners } from 'node:events';
import { systemClock } from '../../../nodes/BiometricVerify/kairos/clock';

const GOING_ON = new AbortController().signal;
const AN_HOUR = 3600 * 1000;

beforeEach(() => jest.useFakeTimers());

afterEach(() => jest.useRealTimers());

/** Starts to sleep, and tells whether that is over. */
function sleeping(ms: number, signal: AbortSignal): () => boolean {
	let isOver = false;
	void systemClock.sleep(ms, signal).then(() => (isOver = true));
	return () => isOver;
}

test.each([0.5, 20, 499, 500, 501, 1200, AN_HOUR])(
	'A sleep of %p ms ends when its time is over, and not before',
	async (ms) => {
		const isOver = sleeping(ms, GOING_ON);
		await jest.advanceTimersByTimeAsync(Math.ceil(ms) - 1);
		expect(isOver()).toBe(false);
		await jest.advanceTimersByTimeAsync(1);
		expect(isOver()).toBe(true);
	},
);

test('A sleep ends as soon as its signal is aborted, or at once if it is already', async () => {
	const controller = new AbortController();
	const isOver = sleeping(AN_HOUR, controller.signal);
	await jest.advanceTimersByTimeAsync(1000);
	expect(isOver()).toBe(false);
	controller.abort();
	await jest.advanceTimersByTimeAsync(0);
	expect(isOver()).toBe(true);
	await systemClock.sleep(AN_HOUR, controller.signal);
});

test('Its time is that of the machine since the process began', async () => {
	const start = systemClock.now();
	await jest.advanceTimersByTimeAsync(1000);
	expect(systemClock.now() - start).toBe(1000);
});

test.each([0, -5])('A sleep of %i ms ends without a timer', async (ms) => {
	await systemClock.sleep(ms, GOING_ON);
	expect(jest.getTimerCount()).toBe(0);
});

test('A sleep that was ended leaves a timer of half a second at the most', async () => {
	const controller = new AbortController();
	const isOver = sleeping(AN_HOUR, controller.signal);
	controller.abort();
	await jest.advanceTimersByTimeAsync(500);
	expect(isOver()).toBe(true);
	expect(jest.getTimerCount()).toBe(0);
});

test('Sleeps leave nothing at a signal that outlives them', async () => {
	const sleeps = Array.from({ length: 50 }, () => sleeping(1, GOING_ON));
	await jest.advanceTimersByTimeAsync(1);
	expect(sleeps.every((isOver) => isOver())).toBe(true);
	expect(getEventListeners(GOING_ON, 'abort')).toEqual([]);
});

test('Its random numbers are at least 0, below 1 and differ', () => {
	const numbers = Array.from({ length: 100 }, () => systemClock.random());
	expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
	expect(new Set(numbers).size).toBeGreaterThan(1);
});
