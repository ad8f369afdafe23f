/**
 * `npm run test:memory`: how much memory n8n's engine takes at the most while the node verifies
 * many items of two pictures of 2 MB, kept on disk. It fails when that grows with the items.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import './commonjs.mjs';
import { runChecks } from './checks.mts';

const PICTURE_BYTES = 2_000_000;
const CONCURRENT = [1, 5, 20];
const ITEMS = [1, 100, 1000];
const LARGEST_GROWTH_MB = 100;

const [url, items, concurrent] = process.argv.slice(2);
if (url === undefined) await measureAll();
else await verifyItems(url, Number(items), Number(concurrent));

async function measureAll(): Promise<void> {
	process.exitCode = await runChecks([
		{ name: 'Build', usual: 'about 5 s', command: ['gulp', 'build'] },
	]);
	if (process.exitCode !== 0) return;
	const kairos = await startKairos();
	for (const concurrent of CONCURRENT) {
		const peaks: number[] = [];
		for (const items of ITEMS) {
			const peak = await peakOf(kairos.url, items, concurrent);
			peaks.push(peak);
			console.log(`${concurrent} at a time, ${items} items: ${peak} MB at the most`);
		}
		const growth = (peaks.at(-1) ?? NaN) - (peaks.at(-2) ?? NaN);
		console.log(`${concurrent} at a time, from 100 to 1000 items: ${growth} MB more`);
		if (!(growth < LARGEST_GROWTH_MB)) process.exitCode = 1;
	}
	kairos.close();
}

/** A server that approves everybody and keeps nothing. */
async function startKairos() {
	const { bodyWith } = await import('../test/support/answers.cts');
	const server = createServer((request, response) => {
		request.resume().on('end', () => response.end(bodyWith()));
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Measures in a process of its own, which the server and earlier measurements are not part of. */
async function peakOf(url: string, items: number, concurrent: number): Promise<number> {
	const script = fileURLToPath(import.meta.url);
	const { stdout } = await promisify(execFile)(process.execPath, [
		script,
		url,
		String(items),
		String(concurrent),
	]);
	return Number(stdout);
}

async function verifyItems(url: string, count: number, concurrent: number): Promise<void> {
	await import('../test/support/environment.cts');
	const { recordLog } = await import('../test/support/recordedLog.cts');
	const { disposeEngine, outputsOf, runWorkflow } = await import('../test/support/engine.cts');
	const { credentialFor, picture, VERIFY, verifyWorkflow } =
		await import('../test/support/people.cts');
	recordLog();
	const pictureFile = () => ({
		bytes: Buffer.concat([picture, Buffer.alloc(PICTURE_BYTES, 'pixel')]),
		fileName: 'me.png',
	});
	const files = { selfie: pictureFile(), photo: pictureFile() };
	const run = await runWorkflow(
		verifyWorkflow({ branches: 'decision', options: { maxConcurrentRequests: concurrent } }),
		{ items: Array.from({ length: count }, () => ({ files })), credential: credentialFor(url) },
	);
	await disposeEngine();
	if (outputsOf(run, VERIFY)[2]?.length !== count) throw new Error('Not all were approved');
	process.stdout.write(String(Math.round(process.resourceUsage().maxRSS / 1024)));
}
