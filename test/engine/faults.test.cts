import { expected, found } from '../faults/expectation.cts';
import { faults } from '../faults/faults.cts';
import { tryAll } from '../faults/matrix.cts';
import { type Setting, SETTINGS, type Tried } from '../faults/tryFault.cts';
import { recordLog } from '../support/recordedLog.cts';

const results = new Map<string, Tried>();

beforeAll(async () => {
	recordLog();
	for (const tried of await tryAll()) results.set(`${tried.fault.name} ${tried.setting}`, tried);
}, 240_000);

const settings = Object.entries(SETTINGS) as Array<[Setting, string]>;

describe.each(settings)('with On Error set to %s (%s)', (setting) => {
	const resultOf = (name: string) => {
		const tried = results.get(`${name} ${setting}`);
		if (!tried) throw new Error(`The fault was not tried: ${name}`);
		return tried;
	};

	test.each(faults)('$name approves nobody, loses no item and gives nothing away', ({ name }) => {
		const tried = resultOf(name);
		expect(found(tried)).toEqual(expected(tried));
	});

	test.each(faults.filter(({ waitsMs }) => waitsMs !== undefined))(
		'$name is sent again after the time that was asked for',
		({ name, waitsMs }) => {
			expect(resultOf(name).firstPauseMs).toBeGreaterThanOrEqual(waitsMs ?? 0);
		},
	);
});
