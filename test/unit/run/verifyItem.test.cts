import type { INode, INodeExecutionData } from 'n8n-workflow';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import type { Entry } from '../../../nodes/BiometricVerify/input/pairs';
import {
	NotSent,
	type KairosClient,
	type VerifyResult,
} from '../../../nodes/BiometricVerify/kairos/client';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import { startRun } from '../../../nodes/BiometricVerify/run/run';
import { prepareItem, verifyItem } from '../../../nodes/BiometricVerify/run/verifyItem';
import { responseWith } from '../../support/answers.cts';
import { contextWith } from '../../support/context.cts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const image = (name: string) => ({
	data: Buffer.concat([PNG, Buffer.from(name)]).toString('base64'),
	...{ mimeType: 'image/png', fileName: `${name}.png` },
});
const ITEM: INodeExecutionData = {
	json: {},
	binary: { selfie: image('selfie'), photo: image('photo') },
};
const RESULT: VerifyResult = {
	...{ response: responseWith(), attempts: 2, service: 'kairos/v0.1' },
};

function verify(
	kairos: jest.Mock,
	options: object = {},
	entry: Partial<Entry> = {},
	node: Partial<INode> = {},
) {
	const context = contextWith({
		node: { parameters: { inputMode: 'oneInput', branches: 'decision' }, ...node },
		parameters: { selfieField: 'selfie', photoField: 'photo', options },
		inputs: [[ITEM]],
	});
	const run = startRun(context);
	const service = () => Promise.resolve('kairos/v0.1');
	const client = { verify: kairos, service } as unknown as KairosClient;
	const [first] = run.entries;
	if (!first) throw new Error('There is no entry');
	return verifyItem(run, client, 0, () => prepareItem(run, { ...first, ...entry }));
}

const responding = () => jest.fn(() => Promise.resolve(RESULT));

test('an item is verified with the settings and the evidence on which it is judged', async () => {
	const kairos = responding();
	const { raw, ...response } = RESULT.response;
	expect(raw).toBeDefined();
	const outcome = await verify(kairos);
	expect(outcome).toMatchObject({
		status: 'verified',
		result: { pair: { selfieItem: ITEM, photoItem: ITEM }, response, attempts: 2 },
	});
	expect(outcome).toMatchObject({ result: { service: 'kairos/v0.1' } });
	expect(outcome).not.toHaveProperty('result.raw');
	expect(kairos).toHaveBeenCalledWith(expect.objectContaining({ matchAllFaces: false }));
});

test('an item has the whole response only where the builder asked for it', async () => {
	const outcome = await verify(responding(), { includeRawResponse: true });
	expect(outcome).toHaveProperty('result.raw', RESULT.response.raw);
});

test('the images are read only when Kairos asks for them', async () => {
	const loaded: unknown[] = [];
	const kairos = jest.fn(async ({ loadImages }: { loadImages: () => Promise<unknown> }) => {
		loaded.push(await loadImages());
		return RESULT;
	});
	await verify(kairos, { matchAllFacesInPhoto: true });
	expect(loaded).toMatchObject([
		{ selfie: { mimeType: 'image/png' }, photo: { mimeType: 'image/png' } },
	]);
	expect(kairos).toHaveBeenCalledWith(expect.objectContaining({ matchAllFaces: true }));
});

test('an item is verified once where n8n runs the node again', async () => {
	const kairos = responding();
	const retrying = { retryOnFail: true };
	const first = await verify(kairos, {}, {}, retrying);
	expect(await verify(kairos, {}, {}, retrying)).toEqual(first);
	expect(kairos).toHaveBeenCalledTimes(1);
	await verify(kairos, { matchAllFacesInPhoto: true }, {}, retrying);
	expect(kairos).toHaveBeenCalledTimes(2);
});

test('an item without a partner, with an invalid option or one file for both is not sent', async () => {
	const kairos = responding();
	const noPartner = new InputError({
		code: 'NO_PARTNER',
		message: 'There is no photo',
		description: '',
	});
	expect(await verify(kairos, {}, { pair: noPartner })).toEqual({
		...{ status: 'failed', error: noPartner, endsRun: false },
	});
	const stored = { ...image('photo'), id: 'filesystem-v2:one' };
	const pair = {
		selfieItem: { json: {}, binary: { selfie: stored } },
		photoItem: { json: {}, binary: { photo: stored } },
	};
	for (const outcome of [
		await verify(kairos, { keepImages: 'no' }),
		await verify(kairos, {}, { pair }),
	]) {
		expect(outcome).toMatchObject({ status: 'failed', endsRun: false });
		expect(outcome).toHaveProperty('error', expect.any(InputError));
	}
	expect(kairos).not.toHaveBeenCalled();
});

test.each<[status: number, endsRun: boolean]>([
	[401, true],
	[402, true],
	[403, true],
	[400, false],
	[429, false],
	[500, false],
])(
	'an item fails with its error; only one for all ends the run (status %i)',
	async (status, endsRun) => {
		const error = httpError({ status, serverMessage: '', isJson: true, requestBytes: 0 });
		const kairos = jest.fn(() => Promise.reject(error));
		expect(await verify(kairos)).toEqual({ status: 'failed', error, endsRun });
	},
);

test('an item that was not sent because of another is skipped, with the reason', async () => {
	const reason = new Error('The keys were rejected');
	const kairos = jest.fn(() => Promise.reject(new NotSent(reason)));
	expect(await verify(kairos)).toEqual({ status: 'skipped', reason });
});
