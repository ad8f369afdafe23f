import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { step } from '../../../scripts/setup/progress.mjs';
import { callAll, checkAll, variousCallers } from './calls.mts';
import type { Cluster } from './cluster.mts';
import type { Postgres } from './postgres.mts';
import { DATABASE, type Scene } from './scene.mts';
import type { Tally } from './tally.mts';

const CALLS = 100;

/** Many callers at once: each with pictures of its own, and each told the decision on them. */
export async function testSpread(
	tally: Tally,
	cluster: Cluster,
	{ pictures }: Scene,
): Promise<void> {
	const callers = await variousCallers(CALLS, pictures);
	const answers = await step(`Answer ${CALLS} callers`, 'about 20 s', () =>
		callAll(cluster.client, callers),
	);
	await tally.test(
		`each of ${CALLS} callers at once is told the decision on its own pictures`,
		() => checkAll(callers, answers),
	);
	await tally.test(
		`both workers have their part in the ${CALLS} calls, and each is run once`,
		() => {
			const taken = cluster.workers.map(({ started }) => started.size);
			assert.equal(sum(taken), CALLS);
			assert.ok(Math.min(...taken) >= CALLS / 5, `the workers took ${taken.join(' and ')}`);
		},
	);
}

/** Where the pictures lie if nothing is said about it. */
export async function testDatabaseBinaries(
	tally: Tally,
	{ postgres, folder }: Scene,
): Promise<void> {
	await tally.test(
		'without further settings the pictures are kept in PostgreSQL alone',
		async () => {
			const stored = await filesInDatabase(postgres);
			assert.ok(stored >= 2 * CALLS, `${stored} files are in the database`);
			assert.deepEqual(storedFiles(join(folder, 'database')), []);
		},
	);
}

/** The pictures in a folder that all processes share. */
export async function testSharedFolder(
	tally: Tally,
	cluster: Cluster,
	{ pictures, postgres, folder }: Scene,
	shared: string,
): Promise<void> {
	const storedBefore = await filesInDatabase(postgres);
	const callers = await variousCallers(20, pictures);
	const answers = await callAll(cluster.client, callers);
	await tally.test(
		'with a shared folder for the pictures both workers find what main took in',
		() => {
			checkAll(callers, answers);
			const taken = cluster.workers.map(({ started }) => started.size);
			assert.ok(Math.min(...taken) > 0, `the workers took ${taken.join(' and ')}`);
		},
	);
	await tally.test('then the pictures are kept in that folder alone', async () => {
		assert.ok(globSync(join(shared, '**', 'binary_data', '*')).length >= 2 * callers.length);
		assert.equal(await filesInDatabase(postgres), storedBefore);
		assert.deepEqual(storedFiles(join(folder, 'filesystem')), []);
	});
}

/** What the processes keep of executions in folders of their own. */
function storedFiles(clusterFolder: string): string[] {
	return globSync(join(clusterFolder, '*', '.n8n', '**', 'binary_data', '*'));
}

async function filesInDatabase(postgres: Postgres): Promise<number> {
	return Number(await postgres.query(DATABASE, 'select count(*) from binary_data'));
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
