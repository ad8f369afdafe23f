import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../nodes/BiometricVerify/limiter/types';

/** A clock that stands still until it is told to run; each seed has its own random numbers. */
export class FakeClock implements Clock {
	private time = 0;

	private readonly timers = new Set<{ at: number; end: () => void }>();

	private seed: number;

	constructor(seed = 1) {
		this.seed = seed;
	}

	now(): number {
		return this.time;
	}

	/** The main thread is busy: time passes, and nothing else can happen meanwhile. */
	busy(ms: number): void {
		this.time += ms;
	}

	sleep(ms: number, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const timer = { at: this.time + Math.max(ms, 0), end: resolve };
			this.timers.add(timer);
			signal?.addEventListener('abort', () => {
				this.timers.delete(timer);
				resolve();
			});
		});
	}

	/** The mulberry32 generator. */
	random(): number {
		this.seed = (this.seed + 0x6d2b79f5) | 0;
		let bits = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
		bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
		return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
	}

	/** How many sleep. */
	get sleeping(): number {
		return this.timers.size;
	}

	/** Lets time pass, from one timer to the next, until all is done. */
	async until<Result>(all: Promise<Result>): Promise<Result> {
		let isOver = false;
		const over = () => (isOver = true);
		all.then(over, over);
		for (;;) {
			// All that only waits for promises goes on.
			await setImmediate();
			if (isOver) return await all;
			const [first] = [...this.timers].sort((a, b) => a.at - b.at);
			if (!first) throw new Error('Nothing sleeps, and not all is done');
			this.time = Math.max(this.time, first.at);
			this.timers.delete(first);
			first.end();
		}
	}
}
