import type { ErrorCode } from '../../../../nodes/BiometricVerify/errors/codes';
import type { Retry } from '../../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../../nodes/BiometricVerify/kairos/failures/statuses';

const errorOf = (status: number, facts = {}) =>
	httpError({ status, serverMessage: '', isJson: true, requestBytes: 31_400_000, ...facts });

interface Row {
	statuses: number[];
	code: ErrorCode;
	message: RegExp;
	description: RegExp;
	/** `never` unless said otherwise. */
	retry?: Retry;
	isFatal?: true;
}

const rows: Row[] = [
	{
		statuses: [300, 301, 302, 303, 304, 307, 308, 399],
		code: 'WRONG_ADDRESS',
		message: /^The Base URL redirects to another address \(HTTP \d+\)$/,
		description: /final address as Base URL/,
	},
	{
		statuses: [401],
		code: 'INVALID_KEYS',
		message: /^Kairos rejected the App ID or App Key$/,
		description: /^Check App ID and App Key/,
		isFatal: true,
	},
	{
		statuses: [402],
		code: 'PAYMENT_REQUIRED',
		message: /^Kairos requires payment$/,
		description: /the plan and the invoices/,
		isFatal: true,
	},
	{
		statuses: [403],
		code: 'FORBIDDEN',
		message: /usage limit reached, or App ID or App Key rejected$/,
		description: /usage of your Kairos account, then App ID and App Key/,
		isFatal: true,
	},
	{
		statuses: [404, 405, 410, 421],
		code: 'WRONG_ADDRESS',
		message: /^There is no Kairos API at this address \(HTTP \d+\)$/,
		description: /Base URL and API Version/,
	},
	{
		statuses: [407],
		code: 'PROXY_AUTHENTICATION',
		message: /^The proxy between n8n and Kairos asks for a username and password \(HTTP 407\)$/,
		description: /^Nothing was sent to Kairos\. Check the proxy settings/,
		isFatal: true,
	},
	{
		statuses: [408],
		code: 'TIMEOUT',
		message: /in time \(HTTP 408\)$/,
		description: /^Try again later/,
		retry: 'withinMaxAttempts',
	},
	{
		statuses: [413],
		code: 'REFUSED_REQUEST',
		message: /too large for Kairos or a gateway in front of it: 31\.4 MB \(HTTP 413\)$/,
		description: /rotated and very large/,
	},
	{
		statuses: [400, 415, 422],
		code: 'REFUSED_REQUEST',
		message: /^Kairos rejected the request \(HTTP \d+\)$/,
		description: /JPEG or PNG images with 480 to 5,000 pixels.*rotated and very large/,
	},
	{
		statuses: [406, 409, 411, 418, 451, 499],
		code: 'REFUSED_REQUEST',
		message: /^Kairos, or a server on the way, refused the request \(HTTP \d+\)$/,
		description: /^It is not about the images\./,
	},
	{
		statuses: [429],
		code: 'RATE_LIMITED',
		message: /^Kairos is rate limiting your account$/,
		description: /Raise 'Max Wait \(Seconds\)'/,
		retry: 'withinMaxWait',
	},
	{
		statuses: [503],
		code: 'UNAVAILABLE',
		message: /^Kairos is temporarily unavailable \(HTTP 503\)$/,
		description: /Try again in a few minutes/,
		retry: 'withinMaxWait',
	},
	{
		statuses: [500, 501, 502, 504, 520, 599],
		code: 'SERVER_ERROR',
		message: /^Kairos is temporarily unavailable \(HTTP \d+\)$/,
		description: /Try again in a few minutes/,
		retry: 'withinMaxAttempts',
	},
	{
		statuses: [100, 199, 600, 999],
		code: 'UNREADABLE_RESPONSE',
		message: /that HTTP does not know \(HTTP \d+\)$/,
		description: /Base URL and API Version/,
	},
];

test.each(rows.flatMap(({ statuses, ...row }) => statuses.map((status) => ({ status, ...row }))))(
	'the status $status is explained, with its code and how to go on',
	({ status, message, description, retry = 'never', isFatal = false, code }) => {
		const error = errorOf(status);
		expect(error).toMatchObject({ code, httpCode: status, retry, isFatal });
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
	},
);

test('a 403 without JSON names a proxy, too, and does not end the run by itself', () => {
	const error = errorOf(403, { isJson: false });
	expect(error).toMatchObject({ code: 'FORBIDDEN', retry: 'never', isFatal: false });
	expect(error.message).toBe(
		'Kairos, or a proxy or firewall on the way, refused the request (HTTP 403)',
	);
	expect(error.description).toMatch(/proxy or firewall.*usage of your Kairos account and the keys/);
});

test('only a 407 does not count as sent, and what Kairos refused is not billed', () => {
	for (let status = 300; status < 600; status++) {
		const { wasSent, mayBeBilled } = errorOf(status);
		expect([status, wasSent]).toEqual([status, status !== 407]);
		const isUncertain = status === 408 || (status >= 500 && status !== 503);
		expect([status, mayBeBilled]).toEqual([status, isUncertain]);
	}
});

test.each([400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503])(
	'what the service says with the status %i is added to the description',
	(status) => {
		const { description } = errorOf(status);
		expect(errorOf(status, { serverMessage: 'quota is used up' }).description).toBe(
			`${description} Kairos says: quota is used up`,
		);
	},
);

test.each([302, 407])('what others say with the status %i is not passed on', (status) => {
	const { message, description } = errorOf(status, { serverMessage: 'log in at evil.example' });
	expect(message + description).not.toContain('evil');
});

test.each([5000, 0, undefined])(
	'the wait that the service asks for is kept: %p',
	(retryAfterMs) => {
		expect(errorOf(503, { retryAfterMs }).retryAfterMs).toBe(retryAfterMs);
	},
);
