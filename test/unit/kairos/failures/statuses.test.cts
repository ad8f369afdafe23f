import type { FailureCause } from '../../../../nodes/BiometricVerify/errors/codes';
import type { Retry } from '../../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../../nodes/BiometricVerify/kairos/failures/statuses';

interface Expected {
	message: string;
	description: RegExp;
	cause: FailureCause;
	/** `never` unless said otherwise. */
	retry?: Retry;
	endsRun?: true;
}

const KEYS: Expected = {
	message: 'Kairos rejected the App ID or App Key',
	description: /^Check App ID and App Key/,
	cause: 'credential-invalid',
	endsRun: true,
};
const PAYMENT: Expected = {
	message: 'Kairos requires payment',
	description: /the plan and the invoices/,
	cause: 'quota-exhausted',
	endsRun: true,
};
const LIMIT_OR_KEYS: Expected = {
	message: 'Kairos refused the request: usage limit reached, or App ID or App Key rejected',
	description: /usage of your Kairos account, then App ID and App Key/,
	cause: 'quota-exhausted',
	endsRun: true,
};
const noApi = (status: number): Expected => ({
	message: `There is no Kairos API at this address (HTTP ${status})`,
	description: /Base URL and API Version/,
	cause: 'configuration-invalid',
});
const TOO_LARGE: Expected = {
	message: 'The images are too large for Kairos',
	description: /Resize them/,
	cause: 'configuration-invalid',
};
const RATE_LIMIT: Expected = {
	message: 'Kairos is rate limiting your account',
	description: /Raise Max Wait/,
	cause: 'rate-limited',
	retry: 'notTaken',
};
const redirect = (status: number): Expected => ({
	message: `The Base URL redirects to another address (HTTP ${status})`,
	description: /final address as Base URL/,
	cause: 'configuration-invalid',
});
const serverError =
	(retry: Retry) =>
	(status: number): Expected => ({
		message: `Kairos is temporarily unavailable (HTTP ${status})`,
		description: /Try again in a few minutes/,
		cause: 'temporarily-unavailable',
		retry,
	});
const rejected = (status: number): Expected => ({
	message: `Kairos rejected the request (HTTP ${status})`,
	description: /JPEG or PNG images with 480 to 5,000 pixels/,
	cause: 'configuration-invalid',
});
const unexpected = (status: number): Expected => ({
	message: `Kairos sent an unexpected response (HTTP ${status})`,
	description: /Base URL and API Version/,
	cause: 'configuration-invalid',
});

const ofEach = (statuses: number[], expected: (status: number) => Expected) =>
	statuses.map((status): [number, Expected] => [status, expected(status)]);

test.each<[status: number, expected: Expected]>([
	[401, KEYS],
	[402, PAYMENT],
	[403, LIMIT_OR_KEYS],
	[413, TOO_LARGE],
	[429, RATE_LIMIT],
	...ofEach([404, 405], noApi),
	...ofEach([300, 301, 302, 303, 304, 307, 308, 399], redirect),
	...ofEach([503], serverError('notTaken')),
	...ofEach([500, 501, 502, 504, 520, 522, 599], serverError('uncertain')),
	...ofEach([400, 406, 408, 409, 410, 411, 415, 418, 422, 451, 499], rejected),
	...ofEach([100, 199, 201, 202, 204, 206, 226, 299, 600, 999], unexpected),
])('the status %i is explained, with its cause and how to go on', (status, expected) => {
	const error = httpError({ status, serverMessage: '', isJson: true });
	expect(error).toMatchObject({
		message: expected.message,
		description: expect.stringMatching(expected.description) as unknown,
		cause: expected.cause,
		httpCode: status,
		retry: expected.retry ?? 'never',
		endsRun: expected.endsRun ?? false,
	});
});

test('only 429 and 503 were not taken, and only other server errors may have been billed', () => {
	for (let status = 201; status < 600; status++) {
		const { retry, endsRun } = httpError({ status, serverMessage: '' });
		const isTaken = status !== 429 && status !== 503;
		const expected = !isTaken ? 'notTaken' : status >= 500 ? 'uncertain' : 'never';
		expect([status, retry]).toEqual([status, expected]);
		expect([status, endsRun]).toEqual([status, [401, 402, 407].includes(status)]);
	}
});

test.each([400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 204])(
	'what the service says with the status %i is added to the description',
	(status) => {
		const { description } = httpError({ status, serverMessage: '' });
		expect(httpError({ status, serverMessage: 'quota is used up' }).description).toBe(
			`${description} Kairos says: quota is used up`,
		);
	},
);

test('what another address says with a redirect is not passed on', () => {
	const { message, description } = httpError({
		status: 302,
		serverMessage: 'log in at evil.example',
	});
	expect(message + description).not.toContain('evil');
});

test.each([
	[429, 5000],
	[503, 0],
	[503, undefined],
])('the wait that the service asks for is kept (status %i)', (status, retryAfterMs) => {
	expect(httpError({ status, serverMessage: '', retryAfterMs }).retryAfterMs).toBe(retryAfterMs);
});
