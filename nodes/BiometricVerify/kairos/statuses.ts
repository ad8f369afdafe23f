import type { FailureCause } from './failure';
import { KairosFailure } from './failure';

/** What an HTTP answer that is no verification gives to tell it by. */
export interface Refusal {
	status: number;
	/** What the service says of it, without keys, at most a sentence; empty when it says nothing. */
	said: string;
	/** How long the service asks to wait before the next try, in milliseconds. */
	retryAfterMs?: number;
}

/** What a range of statuses means for the builder of a workflow. */
interface Meaning {
	from: number;
	to: number;
	message: string | ((status: number) => string);
	wayOut: string;
	cause: FailureCause;
	/** Whether the same request may succeed when it is sent again. */
	mayPass?: true;
	/** Whether every further request of the run would fail for the same reason. */
	haltsRun?: true;
	/** Whether the one who answers is perhaps not Kairos, so that its words are not passed on. */
	isStranger?: true;
}

/** The first that fits counts. The API documents 4xx, 403 and 5xx; the rest is HTTP's own. */
const MEANINGS: readonly Meaning[] = [
	{
		from: 300,
		to: 399,
		message: (status) => `The address of the Kairos API redirects elsewhere (status ${status})`,
		wayOut:
			'Enter the final address as Base URL in the credential. Redirects are not followed, so that keys and pictures go to no other address.',
		cause: 'configuration-invalid',
		isStranger: true,
	},
	{
		from: 401,
		to: 401,
		message: 'Kairos does not accept the keys',
		wayOut: 'Check App ID and App Key in the Kairos credential.',
		cause: 'credential-invalid',
		haltsRun: true,
	},
	{
		from: 402,
		to: 402,
		message: 'Kairos asks for payment',
		wayOut: 'Check the plan and the invoices of the Kairos account.',
		cause: 'quota-exhausted',
		haltsRun: true,
	},
	{
		from: 403,
		to: 403,
		message: 'Kairos refuses the request: a usage limit is reached, or the keys are wrong',
		wayOut: 'Check the usage of the Kairos account, then App ID and App Key in the credential.',
		cause: 'quota-exhausted',
		haltsRun: true,
	},
	{
		from: 404,
		to: 405,
		message: 'There is no Kairos API at this address',
		wayOut: 'Check Base URL and API Version in the Kairos credential.',
		cause: 'configuration-invalid',
	},
	{
		from: 413,
		to: 413,
		message: 'The pictures are too large for Kairos',
		wayOut: 'Make them smaller before this step, e.g. with the Edit Image node.',
		cause: 'configuration-invalid',
	},
	{
		from: 429,
		to: 429,
		message: 'Kairos gets too many requests',
		wayOut: 'Lower Max Concurrent Requests, or send fewer items at a time.',
		cause: 'rate-limited',
		mayPass: true,
	},
	{
		from: 400,
		to: 499,
		message: (status) => `Kairos does not accept the request (status ${status})`,
		wayOut: 'Check that both files are pictures of a usual size, in JPEG or PNG.',
		cause: 'configuration-invalid',
	},
	{
		from: 500,
		to: 599,
		message: (status) => `Kairos has a fault (status ${status})`,
		wayOut: 'Try again later. If it goes on, ask Kairos.',
		cause: 'temporarily-unavailable',
		mayPass: true,
	},
];

const UNEXPECTED: Omit<Meaning, 'from' | 'to'> = {
	message: (status) => `Kairos answered with the unexpected status ${status}`,
	wayOut: 'Check Base URL and API Version in the Kairos credential.',
	cause: 'configuration-invalid',
};

/** Tells what a status other than 200 means for the builder, and whether a further try can help. */
export function failureOfStatus({ status, said, retryAfterMs }: Refusal): KairosFailure {
	const { message, wayOut, cause, mayPass, haltsRun, isStranger } =
		MEANINGS.find(({ from, to }) => status >= from && status <= to) ?? UNEXPECTED;
	return new KairosFailure({
		message: typeof message === 'string' ? message : message(status),
		wayOut: said === '' || isStranger ? wayOut : `${wayOut} Kairos says: ${said}`,
		cause,
		mayPass,
		haltsRun,
		httpCode: status,
		retryAfterMs,
	});
}
