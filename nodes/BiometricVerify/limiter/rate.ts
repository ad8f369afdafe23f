/** Rate limits count by the second: what one allows shows, and is allowed again, in this time. */
export const RATE_WINDOW_MS = 1000;
/** Of the accepted rate: 200 items at 20/s take 12.4 s with 0.8, and 11.3; 0.95 meets it sooner. */
const RATE_DECREASE = 0.89;
/** The rate doubles in this time; a limit is met again after 16 s. With 13, 2/s costs 10, not 8. */
const RATE_DOUBLES_MS = 26_000;

/** How many requests may start in a second: any number until a rate limit shows. */
export class Rate {
	private perSecond = Infinity;
	private changedAt = -Infinity;
	/** When the requests were sent that were accepted, in the second before the latest of them. */
	private acceptedAt: number[] = [];

	at(now: number): number {
		return this.perSecond * 2 ** (((now - this.changedAt) / RATE_DOUBLES_MS) ** 4);
	}

	accepted(sentAt: number): void {
		this.acceptedAt = this.acceptedAt.filter((at) => at > sentAt - RATE_WINDOW_MS);
		this.acceptedAt.push(sentAt);
	}

	/** Goes on a little slower than what was accepted; once for all that met the limit until now. */
	decrease(limitedAt: number, now: number): void {
		if (limitedAt <= this.changedAt) return;
		this.perSecond = RATE_DECREASE * Math.min(this.at(now), this.acceptedAt.length || Infinity);
		this.changedAt = now;
	}
}
