import { getEventListeners } from 'node:events';
import { systemClock } from '../../../nodes/BiometricVerify/limiter/clock';

const AN_HOUR = 3600 * 1000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test.each([0, 0.5, 500, 501, AN_HOUR])(
	'A sleep of %p ms lasts as long by its clock',
	async (ms) => {
		const { signal } = new AbortController();
		const startedAt = systemClock.now();
		let sleptMs: number | undefined;
		void systemClock.sleep(ms, signal).then(() => (sleptMs = systemClock.now() - startedAt));
		// Also a sleep of no time gives others their turn.
		await jest.advanceTimersByTimeAsync(Math.max(0, Math.ceil(ms) - 1));
		if (ms > 0) expect(sleptMs).toBeUndefined();
		await jest.advanceTimersByTimeAsync(1);
		expect(sleptMs).toBe(Math.ceil(ms));
		expect(getEventListeners(signal, 'abort')).toEqual([]);
	},
);

test('An abort ends a sleep, and leaves a timer of half a second at most', async () => {
	const controller = new AbortController();
	const sleeping = systemClock.sleep(AN_HOUR, controller.signal);
	await jest.advanceTimersByTimeAsync(1000);
	controller.abort();
	await sleeping;
	await jest.advanceTimersByTimeAsync(500);
	expect(jest.getTimerCount()).toBe(0);
});

test('A sleep needs no signal, and random numbers are below 1', async () => {
	const sleeping = systemClock.sleep(0);
	await jest.advanceTimersByTimeAsync(0);
	await sleeping;
	expect(systemClock.random()).toBeLessThan(1);
});
