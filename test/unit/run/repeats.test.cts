import type { INodeExecutionData } from 'n8n-workflow';
import { bodyWith, REQUEST_ID } from '../../support/answers.cts';
import { Execution, image, results } from '../../support/execution.cts';

const PAIR = 'REPEATED_PAIR';
const ID = 'REPEATED_REQUEST_ID';
const ALL = [ID, PAIR];

let stored = 0;

/** An item with files of its own, whose contents are these. */
function itemWith(...contents: string[]): INodeExecutionData {
	const files = contents.map((content) => ({ ...image(content), id: `database:${++stored}` }));
	return { json: {}, binary: { selfie: files[0]!, photo: files[1]! } };
}

/**
 * What the items of a run are told that they share with others.
 *
 * @param items each its request ID, none for `-`, and the contents of its two images.
 */
async function run(execution: Execution, items: string[], objects?: INodeExecutionData[]) {
	const given = items.map((item) => /^(.*) (\w) (\w)$/s.exec(item) ?? []);
	const before = execution.sent.length + 1;
	execution.bodyOf = (sent) => {
		const id = given[sent - before]?.[1];
		return bodyWith({ [REQUEST_ID]: id === '-' ? null : id });
	};
	const all = objects ?? given.map(([, , selfie = '', photo = '']) => itemWith(selfie, photo));
	const left = (await execution.run(all)).flat();
	return left
		.sort((one, other) => positionOf(one) - positionOf(other))
		.map(({ json }) => (json.verification as { codes: string[] }).codes);
}

const positionOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;

test.each<[what: string, items: string[], shared: string[][]]>([
	['an ID', ['x a b', 'y c d', ' x\n e f'], [[ID], [], [ID]]],
	['an ID in upper and lower case', ['AB-1 a b', 'ab-1 c d'], [[ID], [ID]]],
	['both images', ['x a b', 'y a b', 'z b a'], [[PAIR], [PAIR], []]],
	['one image', ['x a b', 'y a c', 'z c b'], [[], [], []]],
	['no ID', ['- a b', '- c d'], [[], []]],
	['all', ['x a b', 'x a b'], [ALL, ALL]],
])('Items of one run are told that they share %s', async (_what, items, shared) => {
	expect(await run(new Execution(), items)).toEqual(shared);
});

test('Items are told what they share with items of earlier runs', async () => {
	const execution = new Execution();
	expect(await run(execution, ['x a b'])).toEqual([[]]);
	expect(await run(execution, ['x a b', 'y c d'])).toEqual([ALL, []]);
	expect(await run(execution, ['z c d', 'X e f'])).toEqual([[PAIR], [ID]]);
});

test('Items are told what they share with one that failed', async () => {
	const execution = new Execution();
	execution.statusOf = () => (execution.sent.length === 1 ? 400 : 200);
	const left = await execution.run([itemWith('a', 'b'), itemWith('a', 'b'), itemWith('c', 'd')]);
	expect(results(left)).toEqual([expect.stringContaining('HTTP 400'), 'review', 'approve']);
});

test('Images that two items of a run had, whatever became of them, are known in later runs', async () => {
	const execution = new Execution();
	execution.statusOf = () => 400;
	await execution.run([itemWith('a', 'b'), itemWith('a', 'b'), itemWith('c', 'd')]);
	execution.statusOf = () => 200;
	expect(await run(execution, ['x a b', 'y c d'])).toEqual([[PAIR], []]);
});

test('An item is never compared with itself, as Retry On Fail hands it in again', async () => {
	const execution = new Execution();
	const item = itemWith('a', 'b');
	for (let tries = 0; tries < 3; tries++) {
		expect(await run(execution, ['x a b'], [item])).toEqual([[]]);
	}
	expect(await run(execution, ['x a b'])).toEqual([ALL]);
	expect(await run(execution, ['x a b'], [item])).toEqual([[]]);
});
