import { sleep } from 'n8n-workflow';

import type { Clock } from './pace';

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
		signal.addEventListener('abort', end);
		for (let left = ms; left > 0 && !signal.aborted; left = endsAt - performance.now()) {
			await Promise.race([sleep(Math.min(left, LONGEST_TIMER_MS)), aborted]);
		}
		signal.removeEventListener('abort', end);
	},
	random: () => Math.random(),
};
