import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOf, loadExample } from './examples.mts';
import { expect, type N8n, test } from './fixtures.mts';
import { ERRORS } from './names.mts';
import { type Selfie, SELFIES, selfieOf } from './people.mts';

const DEFAULT_FOLDER = '/home/node/.n8n-files/kairos';
const ODD_NAME = "Eva's {1} [a] (2) + é!|.jpg";

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
		const decided = results.slice(1).map((line) => line.split(',').slice(0, 5).join());
		expect(results[0]).toBe('person,decision,codes,faceMatch,liveness,summary,requestId,service');
		expect(decided).toEqual([
			'Ada,approve,,0.93,0.97',
			'Cleo,review,FAILED_FACE_MATCH,0.4803,0.97',
			'Dora,reject,FAILED_SELFIE_LIVENESS FAILED_FACE_MATCH,0.4803,0.0026',
			expect.stringMatching(/^Hedy,review,NO_FACE_IN_SELFIE,/),
		]);

		expect(failures[0]).toBe('person,selfie,photo,code,error');
		expectFailures(failures, [
			['Bea', 'FILE_NOT_FOUND', 'No file(s) found'],
			['Eva', 'SERVER_ERROR', ERRORS.kairosIsDown],
			['Flora', 'FILE_NOT_FOUND', 'No file(s) found'],
			['Gina', 'NOT_AN_IMAGE', ERRORS.noImage],
		]);
	});

	test('a name is that of a file in the folder, and no pattern or path', async ({ n8n }) => {
		const { results, failures } = await recheck(n8n, 'names', [
			'Ada,*.jpg,id.jpg',
			'Bea,../same-person.selfie.jpg,id.jpg',
			'Cleo,approved.jpg,..\\same-person.photo.jpg',
			'Dora,,id.jpg',
			`Eva,${ODD_NAME},id.jpg`,
		]);
		expect(results.slice(1).map((line) => line.split(',', 2))).toEqual([['Eva', 'approve']]);
		const refused = 'Not the name of a file in the folder';
		expectFailures(failures, [
			['Ada', 'FILE_NOT_FOUND', 'No file(s) found'],
			['Bea', 'FILE_NOT_FOUND', refused],
			['Cleo', 'FILE_NOT_FOUND', refused],
			['Dora', 'FILE_NOT_FOUND', refused],
		]);
	});

	test('a folder without a list stops it', async ({ n8n }) => {
		const folder = join(n8n.files, 'nowhere');
		await n8n.client.saveWorkflow(loadExample('batch-recheck', { [DEFAULT_FOLDER]: folder }));
		const id = idOf('batch-recheck');
		const { status, data } = await n8n.client.runManually(id, 'When someone clicks');
		expect(status).toBe('error');
		expect(data.resultData.error?.message).toContain(`No pairs.csv in ${folder}`);
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
	copyFileSync(join(folder, 'approved.jpg'), join(folder, ODD_NAME));
	await client.saveWorkflow(loadExample('batch-recheck', { [DEFAULT_FOLDER]: folder }));
	const { status } = await client.runManually(idOf('batch-recheck'), 'When someone clicks');
	expect(status).toBe('success');
	return { results: linesOf(folder, 'results'), failures: linesOf(folder, 'failures') };
}

function expectFailures(lines: string[], expected: [who: string, code: string, why: string][]) {
	expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(expected.map(([who]) => who));
	for (const [index, [, code, why]] of expected.entries()) {
		expect(lines[index + 1]).toMatch(new RegExp(`,${code},`));
		expect(lines[index + 1]).toContain(why);
	}
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
