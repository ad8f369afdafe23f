import type { Clock } from './pace';

/** The clock of the machine. A sleep keeps no process alive. */
export const systemClock: Clock = {
	// Unlike the time of day, it is not set back or forward.
	now: () => performance.now(),
	sleep: async (ms, signal) => {
		const ended = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(Math.max(ms, 0)))]);
		if (ended.aborted) return;
		await new Promise<void>((resolve) => {
			ended.addEventListener('abort', () => resolve(), { once: true });
		});
	},
	random: () => Math.random(),
};
