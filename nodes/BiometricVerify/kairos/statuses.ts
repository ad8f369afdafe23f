import { KairosFailure } from './failure';

/** What an HTTP answer that is no verification gives to tell it by. */
export interface Refusal {
	status: number;
	/** What the service says of it, without keys, at most a sentence; empty when it says nothing. */
	said: string;
	/** How long the service asks to wait before the next try, in milliseconds. */
	retryAfterMs?: number;
}

/** Tells what a status other than 200 means for the builder, and whether a further try can help. */
export function failureOfStatus({ status, said, retryAfterMs }: Refusal): KairosFailure {
	const reason = said === '' ? '' : ` Kairos says: ${said}`;
	const facts = { httpCode: status, retryAfterMs };
	if (status === 401) {
		return new KairosFailure({
			...facts,
			message: 'Kairos does not accept the keys',
			wayOut: `Check App ID and App Key in the Kairos credential.${reason}`,
			cause: 'credential-invalid',
			haltsRun: true,
		});
	}
	if (status === 402) {
		return new KairosFailure({
			...facts,
			message: 'Kairos asks for payment',
			wayOut: `Check the plan and the invoices of the Kairos account.${reason}`,
			cause: 'quota-exhausted',
			haltsRun: true,
		});
	}
	if (status === 403) {
		return new KairosFailure({
			...facts,
			message: 'Kairos refuses the request: a usage limit is reached, or the keys are wrong',
			wayOut: `Check the usage of the Kairos account, then App ID and App Key in the credential.${reason}`,
			cause: 'quota-exhausted',
			haltsRun: true,
		});
	}
	if (status === 404 || status === 405) {
		return new KairosFailure({
			...facts,
			message: 'There is no Kairos API at this address',
			wayOut: `Check Base URL and API Version in the Kairos credential.${reason}`,
			cause: 'configuration-invalid',
		});
	}
	if (status === 413) {
		return new KairosFailure({
			...facts,
			message: 'The pictures are too large for Kairos',
			wayOut: `Make them smaller before this step, e.g. with the Edit Image node.${reason}`,
			cause: 'configuration-invalid',
		});
	}
	if (status === 429) {
		return new KairosFailure({
			...facts,
			message: 'Kairos gets too many requests',
			wayOut: `Lower Max Concurrent Requests, or send fewer items at a time.${reason}`,
			cause: 'rate-limited',
			mayPass: true,
		});
	}
	if (status >= 300 && status < 400) {
		return new KairosFailure({
			...facts,
			message: `The address of the Kairos API redirects elsewhere (status ${status})`,
			wayOut:
				'Enter the final address as Base URL in the credential. Redirects are not followed, so that keys and pictures go to no other address.',
			cause: 'configuration-invalid',
		});
	}
	if (status >= 500) {
		return new KairosFailure({
			...facts,
			message: `Kairos has a fault (status ${status})`,
			wayOut: `Try again later. If it goes on, ask Kairos.${reason}`,
			cause: 'temporarily-unavailable',
			mayPass: true,
		});
	}
	if (status >= 400) {
		return new KairosFailure({
			...facts,
			message: `Kairos does not accept the request (status ${status})`,
			wayOut: `Check that both files are pictures of a usual size, in JPEG or PNG.${reason}`,
			cause: 'configuration-invalid',
		});
	}
	return new KairosFailure({
		...facts,
		message: `Kairos answered with the unexpected status ${status}`,
		wayOut: `Check Base URL and API Version in the Kairos credential.${reason}`,
		cause: 'configuration-invalid',
	});
}
