import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Keys {
	appId: string;
	appKey: string;
}

export type ApiVersion = 'v0.1' | 'v0.2';

const spellings: Record<ApiVersion, Record<keyof Keys, string[]>> = {
	'v0.1': { appId: ['app_id'], appKey: ['app_key'] },
	'v0.2': { appId: ['app-id', 'app_id'], appKey: ['app-key', 'app_key'] },
};

/** Equal-length digests: neither the time taken nor an early return tells how long the key is. */
function sameInConstantTime(given: string, expected: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/**
 * Whether a request carries the right keys, in the header spellings of its API version. A request
 * may send both spellings of v0.2, and then both must be right.
 */
export function hasKeys(headers: IncomingHttpHeaders, keys: Keys, version: ApiVersion): boolean {
	const matches = (key: keyof Keys) => {
		const given = spellings[version][key].flatMap((name) => headers[name] ?? []);
		return given.length > 0 && given.every((value) => sameInConstantTime(value, keys[key]));
	};
	const idMatches = matches('appId');
	const keyMatches = matches('appKey');
	return idMatches && keyMatches;
}

/** Names the headers of a version, for the message that asks for them. */
export function headerNames(version: ApiVersion): string {
	const { appId, appKey } = spellings[version];
	return appId.map((name, index) => `${name} and ${appKey[index]}`).join(', or ');
}
