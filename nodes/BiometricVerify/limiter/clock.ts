import { sleep } from 'n8n-workflow';

import type { Clock } from './types';

/** n8n's timers cannot be ended: a wait that is ended early leaves one behind for so long at most. */
const LONGEST_TIMER_MS = 500;

/** The clock of the machine. */
export const systemClock: Clock = {
	// Unlike the time of day, it is not set back or forward.
	now: () => performance.now(),
	sleep: async (ms, signal) => {
		const endsAt = performance.now() + ms;
		let end = () => {};
		const aborted = new Promise<void>((resolve) => (end = resolve));
		signal?.addEventListener('abort', end);
		let leftMs = ms;
		do {
			await Promise.race([sleep(Math.min(leftMs, LONGEST_TIMER_MS)), aborted]);
			leftMs = endsAt - performance.now();
		} while (leftMs > 0 && !signal?.aborted);
		signal?.removeEventListener('abort', end);
	},
	random: () => Math.random(),
};
