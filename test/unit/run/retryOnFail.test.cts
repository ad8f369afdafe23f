import type { INodeExecutionData } from 'n8n-workflow';
import type { History, VerifyResult } from '../../../nodes/BiometricVerify/kairos/client';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import { type Verification, verifyOnce } from '../../../nodes/BiometricVerify/run/retryOnFail';
import { responseWith } from '../../support/answers.cts';
import { contextWith, type StandIn } from '../../support/context.cts';

const item = (): INodeExecutionData => ({ json: {} });
const stored = (id: string) => ({ id, data: 'filesystem-v2', mimeType: 'image/jpeg' });
const inMemory = (data: string) => ({ data, mimeType: 'image/jpeg' });

function verification(facts: Partial<Verification> = {}): Verification {
	return {
		item: item(),
		files: { selfie: stored('selfie'), photo: stored('photo') },
		matchAllFaces: false,
		...facts,
	};
}

function kairos(): jest.Mock<Promise<VerifyResult>, [history: History]> {
	return jest.fn<Promise<VerifyResult>, [History]>(() =>
		Promise.resolve({ response: responseWith(), attempts: 1, service: 'kairos/v0.1' }),
	);
}

/** A context of a node that has Retry On Fail. */
function retrying({ node, ...standIn }: StandIn = {}) {
	return contextWith({ ...standIn, node: { retryOnFail: true, ...node } });
}

async function timesVerified(
	first: Verification,
	second: Verification,
	contexts: [StandIn?, StandIn?] = [],
): Promise<number> {
	const verify = kairos();
	await verifyOnce(retrying(contexts[0]), first, verify);
	await verifyOnce(retrying(contexts[1]), second, verify);
	return verify.mock.calls.length;
}

test('an item that was verified is not sent again, and has the same result', async () => {
	const same = verification();
	const verify = kairos();
	const first = await verifyOnce(retrying(), same, verify);
	const second = await verifyOnce(retrying(), { ...same }, verify);
	expect(verify).toHaveBeenCalledTimes(1);
	expect(second).toBe(first);
});

test('an item whose request failed is sent again', async () => {
	const same = verification();
	const verify = kairos();
	verify.mockRejectedValueOnce(new Error('Kairos is down'));
	await expect(verifyOnce(retrying(), same, verify)).rejects.toThrow('Kairos is down');
	await verifyOnce(retrying(), same, verify);
	await verifyOnce(retrying(), same, verify);
	expect(verify).toHaveBeenCalledTimes(2);
});

test('an item whose attempts are used up is not sent again, and has the same error', async () => {
	const same = verification();
	const error = httpError({ status: 500, serverMessage: '', isJson: true, requestBytes: 0 });
	const verify = kairos().mockImplementation((history) => {
		history.finalError = error;
		return Promise.reject(error);
	});
	await expect(verifyOnce(retrying(), same, verify)).rejects.toBe(error);
	await expect(verifyOnce(retrying(), same, verify)).rejects.toBe(error);
	expect(verify).toHaveBeenCalledTimes(1);
});

test('what an item has been through is known when it is sent again', async () => {
	const same = verification();
	const verify = kairos().mockImplementationOnce((history) => {
		history.uncertainAttempts += 2;
		return Promise.reject(new Error('Kairos is down'));
	});
	await expect(verifyOnce(retrying(), same, verify)).rejects.toThrow();
	await verifyOnce(retrying(), same, verify);
	expect(verify).toHaveBeenLastCalledWith(expect.objectContaining({ uncertainAttempts: 2 }));
	await verifyOnce(retrying(), verification(), verify);
	expect(verify).toHaveBeenLastCalledWith({ attempts: 0, uncertainAttempts: 0 });
});

describe('an item is sent again', () => {
	test('when it is another item with equal content', async () => {
		expect(await timesVerified(verification(), verification())).toBe(2);
	});

	test.each<[what: string, first: Partial<Verification>, second: Partial<Verification>]>([
		['with another selfie', {}, { files: { selfie: stored('other'), photo: stored('photo') } }],
		['with another photo', {}, { files: { selfie: stored('selfie'), photo: stored('other') } }],
		[
			'with selfie and photo swapped',
			{},
			{ files: { selfie: stored('photo'), photo: stored('selfie') } },
		],
		[
			'with other bytes where files are kept in memory',
			{ files: { selfie: inMemory('AAAA'), photo: inMemory('BBBB') } },
			{ files: { selfie: inMemory('AAAC'), photo: inMemory('BBBB') } },
		],
		['when all faces in the photo are now matched', {}, { matchAllFaces: true }],
	])('%s', async (_what, first, second) => {
		const same = item();
		const times = timesVerified(
			verification({ ...first, item: same }),
			verification({ ...second, item: same }),
		);
		expect(await times).toBe(2);
	});

	test.each<[what: string, contexts: [StandIn, StandIn]]>([
		[
			'when the node has no Retry On Fail, which alone would bring it again',
			[{ node: { retryOnFail: false } }, { node: { retryOnFail: false } }],
		],
		['in another execution', [{ executionId: '1' }, { executionId: '2' }]],
		['by another node', [{ node: { name: 'First' } }, { node: { name: 'Second' } }]],
	])('%s', async (_what, contexts) => {
		const same = verification();
		expect(await timesVerified(same, same, contexts)).toBe(2);
	});
});

test('an item with files in memory is recognized by their bytes', async () => {
	const files = () => ({ selfie: inMemory('AAAA'), photo: inMemory('BBBB') });
	const same = item();
	const [first, second] = [
		verification({ item: same, files: files() }),
		verification({ item: same, files: files() }),
	];
	expect(await timesVerified(first, second)).toBe(1);
});
