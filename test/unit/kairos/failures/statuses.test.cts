import type { ErrorCode } from '../../../../nodes/BiometricVerify/errors/codes';
import { httpError } from '../../../../nodes/BiometricVerify/kairos/failures/statuses';

const errorOf = (status: number, facts = {}) =>
	httpError({ status, serverMessage: '', isJson: true, requestBytes: 31_400_000, ...facts });

const FATAL = { isFatal: true };
const AGAIN = { retry: 'withinMaxAttempts' };
const LATER = { retry: 'withinMaxWait' };
const UNAVAILABLE = 'Kairos is temporarily unavailable (HTTP ';

type Row = [
	code: ErrorCode,
	statuses: number[],
	message: string,
	description: RegExp,
	facts?: object,
];
const rows: Row[] = [
	['WRONG_ADDRESS', [300, 301, 308, 399], 'The Base URL redirects', /final address as Base URL/],
	['INVALID_KEYS', [401], 'Kairos rejected the App ID or', /^Check App ID and App Key/, FATAL],
	['PAYMENT_REQUIRED', [402], 'Kairos requires payment', /the plan and the invoices/, FATAL],
	['FORBIDDEN', [403], 'usage limit reached, or', /usage.*, then App ID and App Key/, FATAL],
	['WRONG_ADDRESS', [404, 405, 410, 421], 'There is no Kairos API', /Base URL and API Version/],
	['PROXY_AUTHENTICATION', [407], 'asks for a username', /^Nothing was sent to Kairos/, FATAL],
	['TIMEOUT', [408], 'in time (HTTP 408)', /^Try again later/, AGAIN],
	['REFUSED_REQUEST', [413], 'too large for Kairos or a gateway', /rotated and very large/],
	['REFUSED_REQUEST', [400, 415, 422], 'Kairos rejected the', /JPEG or PNG.*rotated and very/],
	['REFUSED_REQUEST', [406, 409, 451, 499], 'or a server on the way', /not about the images/],
	['RATE_LIMITED', [429], 'Kairos is rate limiting', /^Raise 'Max Wait \(Seconds\)'/, LATER],
	['UNAVAILABLE', [503], UNAVAILABLE, /Try again in a few minutes/, LATER],
	['SERVER_ERROR', [500, 502, 504, 599], UNAVAILABLE, /Try again in a few minutes/, AGAIN],
	['UNREADABLE_RESPONSE', [100, 199, 600], 'HTTP does not know', /Base URL and API Version/],
];

test.each(rows)('%s explains the statuses %j, and how to go on', (code, statuses, ...row) => {
	const [message, description, facts] = row;
	for (const status of statuses) {
		const error = errorOf(status);
		const expected = { retry: 'never', isFatal: false, ...facts };
		expect(error).toMatchObject({ code, httpCode: status, ...expected });
		expect(error.message).toContain(message);
		expect(error.description).toMatch(description);
	}
});

test('Images that are too large are told with their size', () => {
	expect(errorOf(413).message).toMatch(/: 31\.4 MB \(HTTP 413\)$/);
});

test('A 403 without JSON names a proxy, too, and does not end the run by itself', () => {
	const error = errorOf(403, { isJson: false });
	expect(error).toMatchObject({ code: 'FORBIDDEN', retry: 'never', isFatal: false });
	expect(error.message).toMatch(/^Kairos, or a proxy or firewall on the way, refused/);
	expect(error.description).toMatch(/proxy or firewall.*usage of your Kairos account and the keys/);
});

test('Only a 407 does not count as sent, and what Kairos refused is not billed', () => {
	for (let status = 300; status < 600; status++) {
		const { wasSent, mayBeBilled } = errorOf(status);
		const isUncertain = status === 408 || (status >= 500 && status !== 503);
		expect([status, wasSent, mayBeBilled]).toEqual([status, status !== 407, isUncertain]);
	}
});

test('What the service says, and the wait that it asks for, is kept, unless another may have said it', () => {
	const serverMessage = 'quota is used up';
	for (const status of [400, 401, 402, 403, 404, 409, 413, 429, 500, 503]) {
		const description = `${errorOf(status).description} Kairos says: ${serverMessage}`;
		const facts = { description, retryAfterMs: 5000 };
		expect(errorOf(status, { serverMessage, retryAfterMs: 5000 })).toMatchObject(facts);
	}
	for (const status of [302, 407]) {
		const { message, description } = errorOf(status, { serverMessage });
		expect(message + description).not.toContain(serverMessage);
	}
});
