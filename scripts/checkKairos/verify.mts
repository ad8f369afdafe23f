import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';
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

/** Verifies a pair by the built node in n8n's engine; `received` is undefined where nothing came. */
export async function verify(
	{ selfie, photo, matchAny = false }: Pick<Pair, 'selfie' | 'photo' | 'matchAny'>,
	credential: Credential,
	engine: Engine,
): Promise<{ verification: Verification; received?: Received }> {
	const { node, responses } = watchedNode(engine);
	// Nothing is sent twice.
	const limits = { values: { maxAttempts: 1, maxWait: 0 } };
	const multipleFaces = { values: { inPhoto: matchAny ? 'matchAny' : 'review' } };
	const step = {
		name: VERIFY,
		type: BIOMETRIC_VERIFY,
		parameters: { branches: 'single', options: { limits, multipleFaces } },
		onError: 'continueRegularOutput' as const,
	};
	const run = await engine.run(
		{
			nodes: [{ name: 'Images', type: ITEMS }, step],
			connections: { Images: { main: [[{ node: VERIFY, type: 'main', index: 0 }]] } },
		},
		{ credential, items: [{ files: { selfie, photo } }], nodeTypes: { [BIOMETRIC_VERIFY]: node } },
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

/** A node whose responses are seen as they come: it keeps no headers, and no body of an error. */
function watchedNode({ BiometricVerify }: Engine) {
	const node = new BiometricVerify();
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
		return await BiometricVerify.prototype.execute.call(context);
	};
	return { node, responses };
}
