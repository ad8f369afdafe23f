import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_MS = 5;
const SETTLE_MS = 100;
const STATUS = '/proc/self/status';
const CLEAR_REFS = '/proc/self/clear_refs';

/** The value that resets the kernel's record of the most memory that a process ever held. */
const RESET_PEAK = '5';

/**
 * Watches how much resident memory this process takes from now on, over what it holds now. Linux
 * keeps the peak itself; elsewhere it is sampled.
 *
 * @returns what ends the watch and gives the peak in MB (10^6 bytes)
 */
export async function watchMemory(): Promise<() => number> {
	await settle();
	const idle = process.memoryUsage.rss();
	if (existsSync(CLEAR_REFS)) {
		writeFileSync(CLEAR_REFS, RESET_PEAK);
		return () => (peakOfKernel() - idle) / 1e6;
	}
	let peak = idle;
	const sampling = setInterval(() => {
		peak = Math.max(peak, process.memoryUsage.rss());
	}, SAMPLE_MS);
	return () => {
		clearInterval(sampling);
		return (Math.max(peak, process.memoryUsage.rss()) - idle) / 1e6;
	};
}

/** Collects what the warm-up left behind, so that it is not counted, or reused for nothing. */
async function settle(): Promise<void> {
	for (let pass = 0; pass < 2; pass++) {
		globalThis.gc?.();
		await sleep(SETTLE_MS);
	}
}

function peakOfKernel(): number {
	const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1];
	if (kilobytes === undefined) throw new Error(`${STATUS} has no VmHWM`);
	return Number(kilobytes) * 1024;
}
