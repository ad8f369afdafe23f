import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type {
	IExecuteFunctions,
	IN8nHttpFullResponse,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import { BIOMETRIC_VERIFY, type Engine, ITEMS, outputsOf } from '../n8n/engine.mts';
import type { Pair } from './pairs.mts';

/** The fields of the credential. */
export type Credential = Record<'appId' | 'appSecretKey' | 'baseUrl' | 'apiVersion', string>;

/** What is read of the field that the node adds to an item. */
export interface Verification {
	decision?: string;
	findings?: Array<{ code: string }>;
	faceMatch?: { score: number | null };
	liveness?: { score: number | null };
	selfie?: { width: number | null; height: number | null; faces: unknown[] };
	photo?: Verification['selfie'];
	/** Why there is no decision. */
	error?: { code: string };
}

/** A response as it came. */
export interface Received {
	status: number;
	hasRequestId: boolean;
	body: string;
	/** How long it took, in seconds. */
	seconds: number;
}

const VERIFY = 'Biometric Verify';

/** All that is set in the node: nothing is sent twice. */
function parametersFor({ matchAny = false }: Partial<Pair>): INodeParameters {
	return {
		inputMode: 'oneInput',
		selfieField: 'selfie',
		photoField: 'photo',
		branches: 'single',
		options: {
			limits: { values: { maxAttempts: 1, maxWait: 0 } },
			multipleFaces: { values: { inPhoto: matchAny ? 'matchAny' : 'review' } },
		},
	};
}

/** Verifies a pair by the built node in n8n's engine; `received` is undefined where nothing came. */
export async function verify(
	pair: Pick<Pair, 'selfie' | 'photo' | 'matchAny'>,
	credential: Credential,
	engine: Engine,
): Promise<{ verification: Verification; received?: Received }> {
	const node = new engine.BiometricVerify();
	const responses = watchResponses(node);
	const files = {
		selfie: { bytes: pair.selfie.bytes, mimeType: 'image/jpeg' },
		photo: { bytes: pair.photo.bytes, mimeType: 'image/jpeg' },
	};
	const run = await engine.run(
		{
			nodes: [
				{ name: 'Images', type: ITEMS },
				{
					name: VERIFY,
					type: BIOMETRIC_VERIFY,
					parameters: parametersFor(pair),
					onError: 'continueRegularOutput',
				},
			],
			connections: { Images: { main: [[{ node: VERIFY, type: 'main', index: 0 }]] } },
		},
		{ credential, items: [{ files }], nodeTypes: { [BIOMETRIC_VERIFY]: node } },
	);
	const [[item] = []] = outputsOf(run, VERIFY);
	return { verification: (item?.json.verification ?? {}) as Verification, received: responses[0] };
}

/** The decision and why, or why there is none: what a fixture expects. */
export type Outcome = { decision: string; findings: string[] } | { error: { code: string | null } };

export function outcomeOf({ decision, findings = [], error }: Verification): Outcome {
	if (decision === undefined) return { error: { code: error?.code ?? null } };
	return { decision, findings: findings.map(({ code }) => code) };
}

type SendArguments = Parameters<IExecuteFunctions['helpers']['httpRequestWithAuthentication']>;

/** Lets the node's responses be seen as they come: it keeps no headers, and no body of an error. */
function watchResponses(node: INodeType): Received[] {
	const original = Object.create(node, {
		execute: { value: Reflect.get(node, 'execute') as unknown },
	}) as Required<Pick<INodeType, 'execute'>>;
	const responses: Received[] = [];
	node.execute = async function (this: IExecuteFunctions) {
		const { helpers } = this;
		async function send(this: IExecuteFunctions, ...request: SendArguments) {
			const start = performance.now();
			const answer: unknown = await helpers.httpRequestWithAuthentication.call(this, ...request);
			const response = answer as IN8nHttpFullResponse;
			const body = await text(response.body as Readable);
			const hasRequestId = 'x-request-id' in response.headers;
			const seconds = (performance.now() - start) / 1000;
			responses.push({ status: response.statusCode, hasRequestId, body, seconds });
			return { ...response, body: Readable.from([Buffer.from(body)]) };
		}
		const watched = { ...helpers, httpRequestWithAuthentication: send };
		const context = Object.create(this, { helpers: { value: watched } }) as IExecuteFunctions;
		return await original.execute.call(context);
	};
	return responses;
}
