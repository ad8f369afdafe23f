import { expected, found } from '../faults/expectation.cts';
import { faults } from '../faults/faults.cts';
import { runAllFaults } from '../faults/matrix.cts';
import { type Setting, SETTINGS, type FaultRun } from '../faults/runFault.cts';
import { recordLog } from '../support/recordedLog.cts';

const results = new Map<string, FaultRun>();

beforeAll(async () => {
	recordLog();
	for (const tried of await runAllFaults())
		results.set(`${tried.fault.name} ${tried.setting}`, tried);
}, 240_000);

afterAll(printTable);

const settings = Object.entries(SETTINGS) as Array<[Setting, string]>;

describe.each(settings)('with On Error set to %s (%s)', (setting) => {
	test.each(faults)('$name approves nobody, loses no item and gives nothing away', ({ name }) => {
		const tried = resultOf(name, setting);
		expect(found(tried)).toEqual(expected(tried));
	});

	test.each(faults.filter(({ waitsMs }) => waitsMs !== undefined))(
		'$name is sent again after the time that was asked for',
		({ name, waitsMs }) => {
			expect(resultOf(name, setting).firstPauseMs).toBeGreaterThanOrEqual(waitsMs ?? 0);
		},
	);
});

function resultOf(name: string, setting: Setting): FaultRun {
	const tried = results.get(`${name} ${setting}`);
	if (!tried) throw new Error(`The fault was not tried: ${name}`);
	return tried;
}

/** What comes of each fault, for people. */
function printTable(): void {
	const row = ({ name }: (typeof faults)[number]) => {
		const { stopped, requests, left } = resultOf(name, 'stopWorkflow');
		const code = stopped ? String(stopped.code) : `decision: ${String(left[0]?.decision)}`;
		const leavesBy = settings.map(([setting]) =>
			resultOf(name, setting).left[0]?.outputs.join(', '),
		);
		return [name, requests, code, ...leavesBy.map((outputs) => outputs ?? 'stops')].join(' | ');
	};
	const head = ['FAULT', 'REQUESTS', 'CODE', ...settings.map(([, name]) => name)].join(' | ');
	process.stdout.write(`${[head, ...faults.map(row)].join('\n')}\n`);
}
