import type { INodeExecutionData } from 'n8n-workflow';
import { readAnswer, type KairosAnswer } from '../../nodes/BiometricVerify/kairos/answer';
import { askOnce, type Question } from '../../nodes/BiometricVerify/verifiedBefore';
import { bodyWith } from '../support/answers.cts';
import { contextWith, type StandIn } from '../support/context.cts';

const item = (): INodeExecutionData => ({ json: {} });
const stored = (id: string) => ({ id, data: 'filesystem-v2', mimeType: 'image/jpeg' });
const inMemory = (data: string) => ({ data, mimeType: 'image/jpeg' });

function question(facts: Partial<Question> = {}): Question {
	return {
		item: item(),
		files: { selfie: stored('selfie'), photo: stored('photo') },
		photoMayShowSeveralFaces: false,
		...facts,
	};
}

function kairos(): jest.Mock<Promise<KairosAnswer>, []> {
	return jest.fn(() => Promise.resolve(readAnswer(bodyWith())));
}

/** A context of a node that has Retry On Fail. */
function retrying({ node, ...standIn }: StandIn = {}) {
	return contextWith({ ...standIn, node: { retryOnFail: true, ...node } });
}

async function timesAsked(
	first: Question,
	second: Question,
	contexts: [StandIn?, StandIn?] = [],
): Promise<number> {
	const ask = kairos();
	await askOnce(retrying(contexts[0]), first, ask);
	await askOnce(retrying(contexts[1]), second, ask);
	return ask.mock.calls.length;
}

test('an item that was answered is not sent again, and has the same answer', async () => {
	const same = question();
	const ask = kairos();
	const first = await askOnce(retrying(), same, ask);
	const second = await askOnce(retrying(), { ...same }, ask);
	expect(ask).toHaveBeenCalledTimes(1);
	expect(second).toBe(first);
});

test('an item whose request failed is sent again', async () => {
	const same = question();
	const ask = kairos();
	ask.mockRejectedValueOnce(new Error('Kairos has a fault'));
	await expect(askOnce(retrying(), same, ask)).rejects.toThrow('Kairos has a fault');
	await askOnce(retrying(), same, ask);
	await askOnce(retrying(), same, ask);
	expect(ask).toHaveBeenCalledTimes(2);
});

describe('an item is sent again', () => {
	test('when it is another item with equal content', async () => {
		expect(await timesAsked(question(), question())).toBe(2);
	});

	test.each<[what: string, first: Partial<Question>, second: Partial<Question>]>([
		['with another selfie', {}, { files: { selfie: stored('other'), photo: stored('photo') } }],
		['with another photo', {}, { files: { selfie: stored('selfie'), photo: stored('other') } }],
		[
			'with selfie and photo changed over',
			{},
			{ files: { selfie: stored('photo'), photo: stored('selfie') } },
		],
		[
			'with other bytes where files are kept in memory',
			{ files: { selfie: inMemory('AAAA'), photo: inMemory('BBBB') } },
			{ files: { selfie: inMemory('AAAC'), photo: inMemory('BBBB') } },
		],
		['when the photo may now show several faces', {}, { photoMayShowSeveralFaces: true }],
	])('%s', async (_what, first, second) => {
		const same = item();
		const asked = timesAsked(
			question({ ...first, item: same }),
			question({ ...second, item: same }),
		);
		expect(await asked).toBe(2);
	});

	test.each<[what: string, contexts: [StandIn, StandIn]]>([
		[
			'when the node has no Retry On Fail, which alone would bring it again',
			[{ node: { retryOnFail: false } }, { node: { retryOnFail: false } }],
		],
		['in another execution', [{ executionId: '1' }, { executionId: '2' }]],
		['by another node', [{ node: { name: 'First' } }, { node: { name: 'Second' } }]],
	])('%s', async (_what, contexts) => {
		const asked = question();
		expect(await timesAsked(asked, asked, contexts)).toBe(2);
	});
});

test('an item with files in memory is recognized by their bytes', async () => {
	const files = () => ({ selfie: inMemory('AAAA'), photo: inMemory('BBBB') });
	const same = item();
	const [first, second] = [
		question({ item: same, files: files() }),
		question({ item: same, files: files() }),
	];
	expect(await timesAsked(first, second)).toBe(1);
});
