import { getEventListeners } from 'node:events';
import { systemClock } from '../../../nodes/BiometricVerify/kairos/clock';

test('A sleep ends when its time is over', async () => {
	const start = systemClock.now();
	await systemClock.sleep(20.5, new AbortController().signal);
	expect(systemClock.now() - start).toBeGreaterThanOrEqual(20);
});

test('A sleep ends as soon as its signal is aborted, or at once if it is already', async () => {
	const controller = new AbortController();
	const sleep = systemClock.sleep(1000 * 1000, controller.signal);
	controller.abort();
	await sleep;
	await systemClock.sleep(1000 * 1000, controller.signal);
});

test('A sleep of no time, or of less, ends', async () => {
	await systemClock.sleep(0, new AbortController().signal);
	await systemClock.sleep(-5, new AbortController().signal);
});

test('Sleeps leave nothing at a signal that outlives them', async () => {
	const { signal } = new AbortController();
	await Promise.all(Array.from({ length: 50 }, () => systemClock.sleep(1, signal)));
	expect(getEventListeners(signal, 'abort')).toEqual([]);
});
