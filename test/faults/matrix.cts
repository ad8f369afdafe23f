import type { Fault } from './fault.cts';
import { faults } from './faults.cts';
import { type Setting, SETTINGS, type Tried, tryFault } from './tryFault.cts';

/** How many runs are under way at a time: most of them only wait. */
const AT_A_TIME = 20;

/** Tries every fault in every setting of On Error; the results are in the order of the table. */
export async function tryAll(): Promise<Tried[]> {
	const cases = faults.flatMap((fault) =>
		Object.keys(SETTINGS).map((setting): [Fault, Setting] => [fault, setting as Setting]),
	);
	const results: Tried[] = new Array<Tried>(cases.length);
	const queue = cases.entries();
	const work = async () => {
		for (const [index, [fault, setting]] of queue) results[index] = await tryFault(fault, setting);
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, work));
	return results;
}
