import { FormData, request } from 'undici';
import type { VerificationResponse } from '../../sandbox/response.mts';

export interface Verification {
	selfie?: Buffer;
	image?: Buffer;
	multiface?: string;
	version?: string;
	headers?: Record<string, string>;
	signal?: AbortSignal;
}

export interface Reply<Body> {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	body: Body;
}

export const sandboxKeys = { app_id: 'sandbox', app_key: 'sandbox' };

/** Sends any body to the sandbox and reads its JSON, or undefined when the response has no body. */
export async function send<Body = { message: string }>(
	url: string,
	options: Parameters<typeof request>[1] = {},
): Promise<Reply<Body>> {
	const { statusCode, headers, body } = await request(url, { method: 'POST', ...options });
	const text = await body.text();
	return { status: statusCode, headers, body: (text ? JSON.parse(text) : undefined) as Body };
}

/** Sends a verification as the node does, with the sandbox's default keys. */
export function verify<Body = VerificationResponse>(
	sandboxUrl: string,
	{ version = 'v0.1', headers = sandboxKeys, multiface, signal, ...images }: Verification,
): Promise<Reply<Body>> {
	const form = new FormData();
	for (const [part, bytes] of Object.entries(images)) {
		form.append(part, new Blob([new Uint8Array(bytes)]), `${part}.jpeg`);
	}
	if (multiface !== undefined) form.append('image_multiface', multiface);
	const url = `${sandboxUrl}/${version}/biometric-verification`;
	return send<Body>(url, { headers, body: form, signal });
}
