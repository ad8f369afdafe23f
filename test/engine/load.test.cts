import { setTimeout as sleep } from 'node:timers/promises';
import { outputsOf, runWorkflow } from '../support/engine.cts';
import {
	credentialFor,
	limits,
	person,
	VERIFY,
	verifyWorkflow,
	whoLeft,
} from '../support/people.cts';
import { recordLog } from '../support/recordedLog.cts';
import { approves, rejects, startStandIn } from '../support/standInKairos.cts';

const ITEMS = 1000;
const AT_A_TIME = 10;

beforeAll(recordLog);

test('A thousand items, a tenth of whose first attempts fail, cost no request too many and keep their order', async () => {
	const people = Array.from({ length: ITEMS }, (_, count) => `person ${count}`);
	const isUnlucky = (name: string) => name.endsWith('7');
	const isImpostor = (name: string) => name.endsWith('4');
	const kairos = await startStandIn(async ({ person: name, times }) => {
		await sleep(20);
		if (times === 1 && isUnlucky(name)) return { status: 500, body: 'broken' };
		return isImpostor(name) ? rejects : approves;
	});
	const run = await runWorkflow(
		verifyWorkflow({ branches: 'decision', options: limits({ maxConcurrentRequests: AT_A_TIME }) }),
		{ items: people.map((name) => person(name)), credential: credentialFor(kairos.url) },
	);
	await kairos.stop();

	expect(kairos.mostOpen).toBeGreaterThan(AT_A_TIME / 2);
	expect(kairos.mostOpen).toBeLessThanOrEqual(AT_A_TIME);
	expect(kairos.asked).toHaveLength(ITEMS + people.filter(isUnlucky).length);
	expect(whoLeft(run, 'decision')).toEqual({
		Rejected: people.filter(isImpostor),
		Approved: people.filter((name) => !isImpostor(name)),
	});
	for (const { json, pairedItem } of outputsOf(run, VERIFY).flat()) {
		expect(pairedItem).toEqual({ item: people.findIndex((name) => name === json.person) });
	}
}, 120_000);
