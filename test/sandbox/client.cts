import { FormData, request } from 'undici';
import type { VerificationResponse } from '../../sandbox/response.mts';

export type File = { bytes: Buffer; name: string };

export interface Request {
	selfie?: File;
	image?: File;
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
export async function post<Body = { message: string }>(
	url: string,
	options: Parameters<typeof request>[1] = {},
): Promise<Reply<Body>> {
	const { statusCode, headers, body } = await request(url, { method: 'POST', ...options });
	const text = await body.text();
	return { status: statusCode, headers, body: (text ? JSON.parse(text) : undefined) as Body };
}

/** Sends a verification as multipart/form-data, with the sandbox's default keys. */
export function verify<Body = VerificationResponse>(
	url: string,
	what: Request,
): Promise<Reply<Body>> {
	const form = new FormData();
	for (const part of ['selfie', 'image'] as const) {
		const file = what[part];
		if (file) form.append(part, new Blob([new Uint8Array(file.bytes)]), file.name);
	}
	if (what.multiface !== undefined) form.append('image_multiface', what.multiface);
	return post<Body>(`${url}/${what.version ?? 'v0.1'}/biometric-verification`, {
		headers: what.headers ?? sandboxKeys,
		body: form,
		signal: what.signal,
	});
}
