import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOf, loadExample } from '../examples.mts';
import { SELFIES } from '../people.mts';
import type { Stage } from '../stage.mts';
import type { Suite } from '../tests.mts';

const DEFAULT_FOLDER = '/home/node/.n8n-files/kairos';

/** The example `batch-recheck`, with pairs for every outcome in its folder. */
export function batchRecheckSuite(stage: Stage): Suite {
	const run = async (name: string, pairs: string[]) => {
		const folder = join(stage.files, name);
		mkdirSync(folder);
		writeFileSync(join(folder, 'pairs.csv'), ['person,selfie,photo', ...pairs, ''].join('\n'));
		writeFileSync(join(folder, 'notes.jpg'), 'no picture at all');
		for (const picture of ['id.jpg', ...Object.values(SELFIES)]) {
			copyFileSync(join(stage.files, 'astronaut.photo.jpg'), join(folder, picture));
		}
		await stage.client.saveWorkflow(loadExample('batch-recheck', { [DEFAULT_FOLDER]: folder }));
		const { status } = await stage.client.runManually(idOf('batch-recheck'), 'When someone clicks');
		assert.equal(status, 'success');
		return { results: linesOf(folder, 'results'), failures: linesOf(folder, 'failures') };
	};
	return {
		title: 'The example of a batch',
		tests: [
			[
				'each pair has one line: a decision, or a failure with its reason',
				async () => {
					const { results, failures } = await run('mixed', [
						`Ada,${SELFIES.approved},id.jpg`,
						'Bea,missing.jpg,id.jpg',
						`Cleo,${SELFIES.review},id.jpg`,
						`Dora,${SELFIES.rejected},id.jpg`,
						`Eva,${SELFIES.kairosIsDown},id.jpg`,
						`Flora,${SELFIES.approved},missing.jpg`,
						`Gina,${SELFIES.approved},notes.jpg`,
						`Hedy,${SELFIES.noFace},id.jpg`,
					]);
					assert.equal(results[0], 'person,decision,faceMatch,liveness,summary,requestId');
					const decided = results.slice(1).map((line) => line.split(',').slice(0, 4).join());
					assert.deepEqual(decided.slice(0, 3), [
						'Ada,approve,0.93,0.97',
						'Cleo,review,0.4803,0.97',
						'Dora,reject,0.4803,0.0026',
					]);
					assert.match(decided[3] ?? '', /^Hedy,review,/);
					assert.equal(decided.length, 4);

					assert.equal(failures[0], 'person,selfie,photo,error');
					const reasons = new Map(
						failures.slice(1).map((line): [string, string] => [line.split(',')[0] ?? '', line]),
					);
					assert.deepEqual([...reasons.keys()], ['Bea', 'Eva', 'Flora', 'Gina']);
					assert.match(reasons.get('Bea') ?? '', /No file\(s\) found/);
					assert.match(reasons.get('Eva') ?? '', /Kairos has a fault \(status 503\)/);
					assert.match(reasons.get('Flora') ?? '', /No file\(s\) found/);
					assert.match(reasons.get('Gina') ?? '', /not a picture/);
				},
			],
			[
				'where all pairs are verified there is no file of failures',
				async () => {
					const { results, failures } = await run('fine', [`Ada,${SELFIES.approved},id.jpg`]);
					assert.equal(results.length, 2);
					assert.deepEqual(failures, []);
				},
			],
		],
	};
}

/** The lines of the one CSV with this name, without the byte order mark; none if it is not there. */
function linesOf(folder: string, name: string): string[] {
	const files = readdirSync(folder).filter((file) => file.startsWith(`${name}-`));
	assert.ok(files.length <= 1);
	return files.flatMap((file) =>
		readFileSync(join(folder, file), 'utf8')
			.replace(/^\uFEFF/, '')
			.trim()
			.split('\n'),
	);
}
