import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { IHttpRequestOptions, INodeTypes } from 'n8n-workflow';
import type { ProbeName } from '../../sandbox/assumptions.mts';
import {
	KairosApi,
	MultipartBody,
	readService,
	SELFIE_PART,
	type VerificationRequest,
	verificationRequest,
	Workflow,
} from './builtNode.mts';
import {
	ask,
	type Credential,
	type Exchange,
	type Sending,
	type Spelling,
	verify,
} from './exchange.mts';
import type { TestImages } from './images.mts';
import { plan } from './plan.mts';

export type ApiVersion = 'v0.1' | 'v0.2';

/** What a check works with. */
export interface Kit {
	/** With the keys, Base URL and API Version to check. */
	credential: Credential & { apiVersion: ApiVersion };
	/** How the keys are spelled from now on; undefined as the credential does. */
	spelling?: Spelling;
	images: TestImages;
	dispatcher: Sending['dispatcher'];
	signal: AbortSignal;
}

/** The two versions of the API that the credential offers. */
export function otherVersion(version: ApiVersion): ApiVersion {
	return version === 'v0.1' ? 'v0.2' : 'v0.1';
}

/** What the credential suggests for one of its fields. */
export function defaultOf(field: string): string {
	const property = new KairosApi().properties.find(({ name }) => name === field);
	if (typeof property?.default !== 'string') throw new Error(`The credential has no ${field}`);
	return property.default;
}

/** How each probe is sent. */
export const probes: Record<ProbeName, (kit: Kit) => Promise<Exchange>> = {
	wrongKeyNoImages: (kit) => askAsTest(withWrongKey(kit)),
	credentialTest: (kit) => askAsTest(kit),
	v01Underscores: (kit) => askSpelled(kit, 'v0.1', 'underscores'),
	v01Hyphens: (kit) => askSpelled(kit, 'v0.1', 'hyphens'),
	v02Underscores: (kit) => askSpelled(kit, 'v0.2', 'underscores'),
	v02Hyphens: (kit) => askSpelled(kit, 'v0.2', 'hyphens'),
	v02Both: (kit) => askSpelled(kit, 'v0.2', 'both'),
	wrongKey: (kit) => verifyPair(withWrongKey(kit), 'wrongKey'),
	missingPart: (kit) => {
		const request = requestOf(kit, 'samePerson');
		const { bytes, mimeType } = kit.images.woman;
		const selfie = { name: SELFIE_PART, fileName: 'selfie.jpeg', bytes, mimeType };
		return verify(withBody(request, new MultipartBody([selfie], 'one-part')), sendingOf(kit));
	},
	samePerson: (kit) => verifyPair(kit, 'samePerson'),
	differentPeople: (kit) => verifyPair(kit, 'differentPeople'),
	noFace: (kit) => verifyPair(kit, 'noFace'),
	severalFaces: (kit) => verifyPair(kit, 'severalFaces'),
	severalFacesMatchAll: (kit) =>
		verify(requestOf(kit, 'severalFacesMatchAll', true), sendingOf(kit)),
	smallImage: (kit) => verifyPair(kit, 'smallImage'),
	largeImage: (kit) => verifyPair(kit, 'largeImage'),
	brokenImage: (kit) => verifyPair(kit, 'brokenImage'),
	noFileName: async (kit) => {
		const request = requestOf(kit, 'noFileName');
		return await verify(withBody(request, await withoutFileNames(request.body)), sendingOf(kit));
	},
	otherVersion: (kit) => {
		const apiVersion = otherVersion(kit.credential.apiVersion);
		const credential = { ...kit.credential, apiVersion };
		return verifyPair({ ...kit, credential, spelling: undefined }, 'otherVersion');
	},
};

/**
 * What n8n would show for the status of the credential test; undefined where it says that the
 * connection was tested successfully.
 */
export function credentialTestMessage(status: number): string | undefined {
	const { request, rules = [] } = new KairosApi().test;
	const ignored = request.ignoreHttpStatusErrors;
	const isSuccess =
		status < 300 || (typeof ignored === 'object' && !ignored.except?.includes(status));
	if (isSuccess) return undefined;
	const rule = rules.find(
		({ type, properties }) => type === 'responseCode' && properties.value === status,
	);
	return rule?.properties.message ?? 'the test fails without a reason';
}

/** With both spellings to choose from, which only the credential of v0.2 writes. */
function sendingOf({ credential, spelling, dispatcher, signal }: Kit): Sending {
	const signing = spelling === undefined ? credential : { ...credential, apiVersion: 'v0.2' };
	return { credential: signing, spelling, dispatcher, signal };
}

function withWrongKey(kit: Kit): Kit {
	return { ...kit, credential: { ...kit.credential, appSecretKey: `wrong-${randomUUID()}` } };
}

function askAsTest(kit: Kit): Promise<Exchange> {
	const { request } = new KairosApi().test;
	const url = resolve(request.url ?? '', kit.credential);
	return ask({ ...request, url } as IHttpRequestOptions, sendingOf(kit));
}

function askSpelled(kit: Kit, apiVersion: ApiVersion, spelling: Spelling): Promise<Exchange> {
	const { url } = readService({ ...kit.credential, apiVersion });
	return ask({ method: 'POST', url }, sendingOf({ ...kit, spelling }));
}

function verifyPair(kit: Kit, probe: ProbeName): Promise<Exchange> {
	return verify(requestOf(kit, probe), sendingOf(kit));
}

function requestOf(kit: Kit, probe: ProbeName, matchAllFaces = false): VerificationRequest {
	const pair = plan[probe].pair?.(kit.images);
	if (pair === undefined) throw new Error(`The probe ${probe} has no images`);
	return verificationRequest(readService(kit.credential), pair, matchAllFaces);
}

function withBody(request: VerificationRequest, body: VerificationRequest['body']) {
	return { ...request, body, headers: { ...request.headers, 'Content-Type': body.type } };
}

/** The same form, but for the file names: no part of the node would leave them out. */
async function withoutFileNames(body: VerificationRequest['body']) {
	const chunks: Uint8Array[] = [];
	for await (const chunk of body.stream()) {
		const text = Buffer.from(chunk).toString('latin1');
		const isHead = text.includes('Content-Disposition: form-data;');
		chunks.push(isHead ? Buffer.from(text.replace(/; filename="[^"]*"/, ''), 'latin1') : chunk);
	}
	const bytes = Buffer.concat(chunks);
	return Object.create(body, {
		size: { value: bytes.length },
		stream: {
			value: () => Readable.from([bytes]),
		},
	}) as VerificationRequest['body'];
}

/** Resolves an expression as n8n does for a credential test. */
function resolve(expression: string, credential: Credential): string {
	const node = {
		id: '1',
		name: 'Test',
		type: 'test',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
	};
	const description = { properties: [], inputs: [], outputs: [] };
	const nodeTypes = {
		getByNameAndVersion: () => ({ description }),
	} as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const data = { $credentials: credential };
	return workflow.expression.getParameterValue(
		expression,
		null,
		0,
		0,
		node.name,
		[],
		'internal',
		data,
	) as string;
}
