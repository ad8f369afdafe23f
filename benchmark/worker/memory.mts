import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const SETTLE_MS = 100;
const STATUS = '/proc/self/status';
const CLEAR_REFS = '/proc/self/clear_refs';

/** Resets the kernel's record of the most memory that a process ever held. */
const RESET_PEAK = '5';

/**
 * Watches how much more resident memory this process takes from now on.
 *
 * @returns what reads the peak so far, in MB; it gives undefined where the kernel is not Linux
 */
export async function watchPeakMemory(): Promise<() => number | undefined> {
	// Twice, as some of what the warm-up left is freed only by finalizers after the first pass.
	for (let pass = 0; pass < 2; pass++) {
		globalThis.gc?.();
		await sleep(SETTLE_MS);
	}
	if (!existsSync(CLEAR_REFS)) return () => undefined;
	const idle = process.memoryUsage.rss();
	writeFileSync(CLEAR_REFS, RESET_PEAK);
	return () => (readPeakBytes() - idle) / 1e6;
}

function readPeakBytes(): number {
	const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1];
	if (kilobytes === undefined) throw new Error(`${STATUS} has no VmHWM`);
	return Number(kilobytes) * 1024;
}
