/**
 * `npm run test:memory`: how much memory n8n's engine takes at the most while the node verifies
 * many items of two images of 2 MB, kept on disk. It fails when that grows with the items.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { imageOf, newRound } from '../benchmark/jobs.mts';
import { startStub } from '../benchmark/stub/start.mts';
import { runChecks } from './checks.mts';
import { BIOMETRIC_VERIFY, Engine, ITEMS, outputsOf } from './n8n/engine.mts';
import { ROOT } from './paths.mts';

const IMAGE_BYTES = 2_000_000;
const CONCURRENT = [1, 5, 20];
const ITEM_COUNTS = [1, 100, 1000];
const LARGEST_GROWTH_MB = 100;

const [url, items, concurrent] = process.argv.slice(2);
if (url === undefined) await measureAll();
else await verifyItems(url, Number(items), Number(concurrent));

async function measureAll(): Promise<void> {
	process.exitCode = await runChecks([
		{ name: 'Build', usual: 'about 5 s', command: ['gulp', 'build'] },
	]);
	if (process.exitCode !== 0) return;
	const kairos = await startStub();
	for (const concurrent of CONCURRENT) {
		const peaks: number[] = [];
		for (const items of ITEM_COUNTS) {
			const peak = await peakOf(newRound(kairos.url, { delayMs: 0 }).url, items, concurrent);
			peaks.push(peak);
			console.log(`${concurrent} at a time, ${items} items: ${peak} MB at the most`);
		}
		const growth = (peaks.at(-1) ?? NaN) - (peaks.at(-2) ?? NaN);
		console.log(`${concurrent} at a time, from 100 to 1000 items: ${growth} MB more`);
		if (!(growth < LARGEST_GROWTH_MB)) process.exitCode = 1;
	}
	await kairos.process.stop();
}

/** Measures in a process of its own, which earlier measurements are not part of. */
async function peakOf(url: string, items: number, concurrent: number): Promise<number> {
	const userFolder = mkdtempSync(join(tmpdir(), 'kairos-memory-'));
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[import.meta.filename, url, String(items), String(concurrent)],
		{
			env: {
				...process.env,
				N8N_USER_FOLDER: userFolder,
				N8N_ENCRYPTION_KEY: 'the key of an engine that keeps nothing',
				N8N_LOG_LEVEL: 'error',
			},
		},
	);
	rmSync(userFolder, { recursive: true, force: true });
	return Number(stdout);
}

async function verifyItems(url: string, count: number, concurrent: number): Promise<void> {
	const engine = new Engine({ packages: ROOT, dist: join(ROOT, 'dist') });
	const file = (of: 'selfie' | 'photo') => ({
		bytes: imageOf(of, IMAGE_BYTES),
		fileName: `${of}.jpg`,
	});
	const files = { selfie: file('selfie'), photo: file('photo') };
	const options = { maxConcurrentRequests: concurrent };
	const run = await engine.run(
		{
			nodes: [
				{ name: 'Items', type: ITEMS },
				{ name: 'Verify', type: BIOMETRIC_VERIFY, parameters: { branches: 'decision', options } },
			],
			connections: { Items: { main: [[{ node: 'Verify', type: 'main', index: 0 }]] } },
		},
		{
			items: Array.from({ length: count }, () => ({ files })),
			credential: { appId: 'app', appSecretKey: 'key', baseUrl: url, apiVersion: 'v0.1' },
		},
	);
	await engine.dispose();
	const rejected = outputsOf(run, 'Verify')[engine.outputs.decision.indexOf('Rejected')];
	if (rejected?.length !== count) throw new Error('Not all were verified');
	process.stdout.write(String(Math.round(process.resourceUsage().maxRSS / 1024)));
}
