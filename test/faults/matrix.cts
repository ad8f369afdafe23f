import type { Fault } from './fault.cts';
import { faults } from './faults.cts';
import { type Setting, SETTINGS, type FaultRun, runFault } from './runFault.cts';

/** How many runs are under way at a time: most of them only wait. */
const AT_A_TIME = 20;

/** Tries every fault in every setting of On Error; the results are in the order of the table. */
export async function runAllFaults(): Promise<FaultRun[]> {
	const cases = faults.flatMap((fault) =>
		Object.keys(SETTINGS).map((setting): [Fault, Setting] => [fault, setting as Setting]),
	);
	const results: FaultRun[] = new Array<FaultRun>(cases.length);
	const queue = cases.entries();
	const work = async () => {
		for (const [index, [fault, setting]] of queue) results[index] = await runFault(fault, setting);
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, work));
	return results;
}
