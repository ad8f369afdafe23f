import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	NodeExecutionHint,
} from 'n8n-workflow';
import { BiometricVerify } from '../../nodes/BiometricVerify/BiometricVerify.node';
import type { MultipartBody } from '../../nodes/BiometricVerify/kairos/multipart';
import { bodyWith, REQUEST_ID } from './answers.cts';
import { contextWith, type StandIn } from './context.cts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

export const CREDENTIAL = {
	baseUrl: 'https://idv-eu.kairos.com',
	apiVersion: 'v0.1',
	appId: 'app',
	appSecretKey: 'the secret key',
};

/** An image in memory. */
export function image(content: string): IBinaryData {
	return {
		data: Buffer.concat([PNG, Buffer.from(content)]).toString('base64'),
		mimeType: 'image/png',
		fileName: `${content}.png`,
	};
}

/** An item with two images of its own. */
export function person(name: string, photo = `photo of ${name}`): INodeExecutionData {
	return { json: { name }, binary: { selfie: image(`selfie of ${name}`), photo: image(photo) } };
}

/** What was sent: whose selfie, and with which keys. */
export interface Sent {
	name: string;
	credential: ICredentialDataDecryptedObject | undefined;
}

/**
 * One execution, in which the node runs once or more often, with a service that approves everybody
 * unless `statusOf` says otherwise.
 */
export class Execution {
	readonly sent: Sent[] = [];

	readonly hints: NodeExecutionHint[] = [];

	statusOf: (name: string) => number = () => 200;

	/** The body of the response to the first, second, ... request. */
	bodyOf: (sent: number) => string = (sent) => bodyWith({ [REQUEST_ID]: `request ${sent}` });

	private readonly cancelSignal = new AbortController().signal;

	/**
	 * Runs the node, which continues on errors, over items of one input. Parameters are as the node
	 * has them; `parameters` has what expressions give.
	 */
	async run(
		items: INodeExecutionData[],
		{ node = {}, parameters = {}, ...standIn }: StandIn = {},
	): Promise<INodeExecutionData[][]> {
		const nodeParameters = {
			inputMode: 'oneInput',
			branches: 'decision',
			selfieField: 'selfie',
			photoField: 'photo',
			...node.parameters,
		};
		const context = contextWith({
			inputs: [items],
			credential: CREDENTIAL,
			cancelSignal: this.cancelSignal,
			continuesOnFail: true,
			answer: async ({ body }, _signal, _type, credential) => {
				const form = (await buffer((body as MultipartBody).stream())).toString('latin1');
				const name = /selfie of (\w+)/.exec(form)?.[1] ?? '';
				this.sent.push({ name, credential });
				return {
					statusCode: this.statusOf(name),
					headers: { 'x-request-id': 'id-of-the-header' },
					body: Readable.from([Buffer.from(this.bodyOf(this.sent.length))]),
				};
			},
			...standIn,
			parameters: { ...nodeParameters, ...parameters },
			node: { ...node, parameters: nodeParameters },
		});
		const addExecutionHints = (...hints: NodeExecutionHint[]) => this.hints.push(...hints);
		return await new BiometricVerify().execute.call(Object.assign(context, { addExecutionHints }));
	}

	/** Whose images were sent so far. */
	get names(): string[] {
		return this.sent.map(({ name }) => name);
	}
}

/** The errors among what left the node, or the decision of who was verified. */
export function results(outputs: INodeExecutionData[][]): unknown[] {
	return outputs.flat().map(({ json: { error, verification } }) => {
		if (typeof error === 'string') return error;
		return (verification as { decision?: unknown } | undefined)?.decision;
	});
}
