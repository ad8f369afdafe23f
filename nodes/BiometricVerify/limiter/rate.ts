/**
 * Rate limits count by the second, so this is how long it takes to measure one, and to get past it.
 */
export const RATE_WINDOW_MS = 1000;
/**
 * Of the accepted rate: 200 items at 20/s take 12.4 s with 0.8, 11.3 s with 0.89; 0.95 meets the
 * limit sooner.
 */
const RATE_DECREASE = 0.89;
/**
 * The rate doubles in this time, and meets its limit again after 16 s. With 13 s, 2/s costs 10
 * requests, not 8.
 */
const RATE_DOUBLES_MS = 26_000;

/** How many requests may start in a second: unlimited until the first rate limit. */
export class Rate {
	private perSecond = Infinity;
	private changedAt = -Infinity;
	/** When accepted requests were sent, in the second before the latest of them. */
	private acceptedAt: number[] = [];

	at(now: number): number {
		return this.perSecond * 2 ** (((now - this.changedAt) / RATE_DOUBLES_MS) ** 4);
	}

	accepted(sentAt: number): void {
		this.acceptedAt = this.acceptedAt.filter((at) => at > sentAt - RATE_WINDOW_MS);
		this.acceptedAt.push(sentAt);
	}

	/**
	 * Lowers the rate a little below what was accepted; once for all requests that met the limit so
	 * far.
	 */
	decrease(limitedAt: number, now: number): void {
		if (limitedAt <= this.changedAt) return;
		this.perSecond = RATE_DECREASE * Math.min(this.at(now), this.acceptedAt.length || Infinity);
		this.changedAt = now;
	}
}
