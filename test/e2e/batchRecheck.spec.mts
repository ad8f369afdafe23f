import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOf, loadExample } from './examples.mts';
import { expect, type N8n, test } from './fixtures.mts';
import { ERRORS } from './names.mts';
import { type Selfie, SELFIES, selfieOf } from './people.mts';

const DEFAULT_FOLDER = '/home/node/.n8n-files/kairos';

test.describe('The example batch-recheck', () => {
	test('each pair has one line: a decision, or a failure with its reason', async ({ n8n }) => {
		const { results, failures } = await recheck(n8n, 'mixed', [
			'Ada,approved.jpg,id.jpg',
			'Bea,missing.jpg,id.jpg',
			'Cleo,review.jpg,id.jpg',
			'Dora,rejected.jpg,id.jpg',
			'Eva,kairosIsDown.jpg,id.jpg',
			'Flora,approved.jpg,missing.jpg',
			'Gina,approved.jpg,notes.jpg',
			'Hedy,noFace.jpg,id.jpg',
		]);
		const decided = results.slice(1).map((line) => line.split(',').slice(0, 4).join());
		expect(results[0]).toBe('person,decision,faceMatch,liveness,summary,requestId');
		expect(decided).toEqual([
			'Ada,approve,0.93,0.97',
			'Cleo,review,0.4803,0.97',
			'Dora,reject,0.4803,0.0026',
			expect.stringMatching(/^Hedy,review,/),
		]);

		expect(failures[0]).toBe('person,selfie,photo,error');
		const reasons = [
			['Bea', 'No file(s) found'],
			['Eva', ERRORS.kairosIsDown],
			['Flora', 'No file(s) found'],
			['Gina', ERRORS.noImage],
		] as const;
		expect(failures.slice(1).map((line) => line.split(',')[0])).toEqual(
			reasons.map(([who]) => who),
		);
		for (const [index, [, reason]] of reasons.entries()) {
			expect(failures[index + 1]).toContain(reason);
		}
	});

	test('where all pairs are verified there is no file of failures', async ({ n8n }) => {
		const pairs = ['Ada,approved.jpg,id.jpg'];
		const { results, failures } = await recheck(n8n, 'fine', pairs);
		expect(results).toHaveLength(2);
		expect(failures).toEqual([]);
	});
});

/** Runs the example on pairs for which there are files, but for `missing.jpg`. */
async function recheck({ client, files }: N8n, name: string, pairs: string[]) {
	const folder = join(files, name);
	mkdirSync(folder);
	writeFileSync(join(folder, 'pairs.csv'), ['person,selfie,photo', ...pairs, ''].join('\n'));
	writeFileSync(join(folder, 'notes.jpg'), 'no image at all');
	copyFileSync(join(files, 'same-person.photo.jpg'), join(folder, 'id.jpg'));
	for (const selfie of Object.keys(SELFIES) as Selfie[]) {
		writeFileSync(join(folder, `${selfie}.jpg`), selfieOf({ files }, selfie).buffer);
	}
	await client.saveWorkflow(loadExample('batch-recheck', { [DEFAULT_FOLDER]: folder }));
	const { status } = await client.runManually(idOf('batch-recheck'), 'When someone clicks');
	expect(status).toBe('success');
	return { results: linesOf(folder, 'results'), failures: linesOf(folder, 'failures') };
}

/** The lines of the one CSV with this name, without the byte order mark; none if it is not there. */
function linesOf(folder: string, name: string): string[] {
	const files = readdirSync(folder).filter((file) => file.startsWith(`${name}-`));
	expect(files.length).toBeLessThanOrEqual(1);
	return files.flatMap((file) =>
		readFileSync(join(folder, file), 'utf8')
			.replace(/^\uFEFF/, '')
			.trim()
			.split('\n'),
	);
}
