import { faults } from '../faults/faults.cts';
import { expectedOf, type Outcome, runFault } from '../faults/runFault.cts';
import { onErrorSettings } from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';

/** How many runs are under way at a time: most of them only wait. */
const AT_A_TIME = 20;

const cases = onErrorSettings.flatMap((onError) => faults.map((fault) => ({ fault, onError })));
const outcomes = new Map<object, Outcome>();

beforeAll(async () => {
	recordLog();
	const queue = cases.values();
	const work = async () => {
		for (const one of queue) outcomes.set(one, await runFault(one.fault, one.onError));
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, work));
}, 240_000);

test.each(cases)(
	'With On Error $onError, $fault.name approves nobody, loses no item and gives nothing away',
	(one) => {
		expect(outcomes.get(one)).toEqual(expectedOf(one.fault, one.onError));
	},
);
