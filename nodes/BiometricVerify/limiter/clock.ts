import { sleep } from 'n8n-workflow';

import type { Clock } from './types';

/**
 * n8n's timers cannot be cleared: a wait that ends early leaves one running for this long at most.
 */
const MAX_TIMER_MS = 500;

/** The clock of the machine. */
export const systemClock: Clock = {
	// Unlike Date.now(), it is never set back or forward.
	now: () => performance.now(),
	sleep: async (ms, signal) => {
		const endsAt = performance.now() + ms;
		let end = () => {};
		const aborted = new Promise<void>((resolve) => (end = resolve));
		signal?.addEventListener('abort', end);
		let leftMs = ms;
		do {
			await Promise.race([sleep(Math.min(leftMs, MAX_TIMER_MS)), aborted]);
			leftMs = endsAt - performance.now();
		} while (leftMs > 0 && !signal?.aborted);
		signal?.removeEventListener('abort', end);
	},
	random: () => Math.random(),
};
