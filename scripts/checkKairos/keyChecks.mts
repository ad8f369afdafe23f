import { EnvHttpProxyAgent, fetch } from 'undici';
import type { Credential, Received } from './verify.mts';

/** A request without images, which costs nothing. */
export interface KeyCheck {
	title: string;
	version: string;
	headers: Record<string, string>;
	/** What the node takes for granted; absent where nobody knows. */
	statuses?: number[];
}

/** By these the node knows wrong keys. */
export const KEYS_REFUSED = [401, 403];

/** The keys were accepted, and the images are missing. */
const IMAGES_MISSING = [400, 411, 413, 415, 422];

const TIMEOUT_MS = 60_000;

/** The keys as the node sends them, wrong and missing ones, and other spellings of the headers. */
export function keyChecksFor({ appId, appSecretKey, apiVersion: version }: Credential): KeyCheck[] {
	const underscores = { app_id: appId, app_key: appSecretKey };
	const hyphens = { 'app-id': appId, 'app-key': appSecretKey };
	const asNode = version === 'v0.1' ? underscores : { ...underscores, ...hyphens };
	const wrong = { app_id: appId, app_key: 'no-such-key' };
	return [
		{ title: 'right keys', version, headers: asNode, statuses: IMAGES_MISSING },
		{ title: 'wrong App Key', version, headers: wrong, statuses: KEYS_REFUSED },
		{ title: 'no keys', version, headers: {}, statuses: KEYS_REFUSED },
		{ title: 'app-id and app-key', version: 'v0.1', headers: hyphens },
		{ title: 'app-id and app-key', version: 'v0.2', headers: hyphens },
		{ title: 'app_id and app_key', version: 'v0.2', headers: underscores },
	];
}

/** Sends it once. @throws where no response comes */
export async function ask(baseUrl: string, { version, headers }: KeyCheck): Promise<Received> {
	const start = performance.now();
	const response = await fetch(`${baseUrl}/${version}/biometric-verification`, {
		method: 'POST',
		headers,
		// The keys would go along.
		redirect: 'manual',
		dispatcher: new EnvHttpProxyAgent(),
		signal: AbortSignal.timeout(TIMEOUT_MS),
	});
	const body = await response.text();
	const seconds = (performance.now() - start) / 1000;
	const hasRequestId = response.headers.has('x-request-id');
	return { status: response.status, hasRequestId, body, seconds };
}
