import type { FailureCause } from '../../nodes/BiometricVerify/kairos/failure';
import { failureOfStatus } from '../../nodes/BiometricVerify/kairos/statuses';

type Fate = 'halts the run' | 'may pass' | 'fails the item';

interface Expected {
	message: string;
	wayOut: RegExp;
	cause: FailureCause;
	fate: Fate;
}

const KEYS: Expected = {
	message: 'Kairos does not accept the keys',
	wayOut: /App ID and App Key/,
	cause: 'credential-invalid',
	fate: 'halts the run',
};
const PAYMENT: Expected = {
	message: 'Kairos asks for payment',
	wayOut: /the plan and the invoices/,
	cause: 'quota-exhausted',
	fate: 'halts the run',
};
const LIMIT_OR_KEYS: Expected = {
	message: 'Kairos refuses the request: a usage limit is reached, or the keys are wrong',
	wayOut: /usage of the Kairos account, then App ID and App Key/,
	cause: 'quota-exhausted',
	fate: 'halts the run',
};
const NO_API: Expected = {
	message: 'There is no Kairos API at this address',
	wayOut: /Base URL and API Version/,
	cause: 'configuration-invalid',
	fate: 'fails the item',
};
const TOO_LARGE: Expected = {
	message: 'The pictures are too large for Kairos',
	wayOut: /Make them smaller/,
	cause: 'configuration-invalid',
	fate: 'fails the item',
};
const TOO_MANY: Expected = {
	message: 'Kairos gets too many requests',
	wayOut: /Lower Max Concurrent Requests/,
	cause: 'rate-limited',
	fate: 'may pass',
};
const redirect = (status: number): Expected => ({
	message: `The address of the Kairos API redirects elsewhere (status ${status})`,
	wayOut: /final address as Base URL/,
	cause: 'configuration-invalid',
	fate: 'fails the item',
});
const fault = (status: number): Expected => ({
	message: `Kairos has a fault (status ${status})`,
	wayOut: /Try again later/,
	cause: 'temporarily-unavailable',
	fate: 'may pass',
});
const refused = (status: number): Expected => ({
	message: `Kairos does not accept the request (status ${status})`,
	wayOut: /pictures of a usual size, in JPEG or PNG/,
	cause: 'configuration-invalid',
	fate: 'fails the item',
});
const unexpected = (status: number): Expected => ({
	message: `Kairos answered with the unexpected status ${status}`,
	wayOut: /Base URL and API Version/,
	cause: 'configuration-invalid',
	fate: 'fails the item',
});

const ofEach = (statuses: number[], expected: (status: number) => Expected) =>
	statuses.map((status): [number, Expected] => [status, expected(status)]);

test.each<[status: number, expected: Expected]>([
	[401, KEYS],
	[402, PAYMENT],
	[403, LIMIT_OR_KEYS],
	[404, NO_API],
	[405, NO_API],
	[413, TOO_LARGE],
	[429, TOO_MANY],
	...ofEach([300, 301, 302, 303, 304, 307, 308, 399], redirect),
	...ofEach([500, 501, 502, 503, 504, 520, 522, 599], fault),
	...ofEach([400, 406, 408, 409, 410, 411, 415, 418, 422, 451, 499], refused),
	...ofEach([201, 202, 204, 206, 226, 299], unexpected),
])('the status %i is told with its cause and its way out', (status, expected) => {
	const failure = failureOfStatus({ status, said: '' });
	expect(failure.message).toBe(expected.message);
	expect(failure.wayOut).toMatch(expected.wayOut);
	expect(failure.cause).toBe(expected.cause);
	expect(failure.httpCode).toBe(status);
	expect({ haltsRun: failure.haltsRun, mayPass: failure.mayPass }).toEqual({
		haltsRun: expected.fate === 'halts the run',
		mayPass: expected.fate === 'may pass',
	});
});

test('nothing but 429 and faults of the service may pass, and these halt nothing', () => {
	for (let status = 201; status < 600; status++) {
		const { mayPass, haltsRun } = failureOfStatus({ status, said: '' });
		expect([status, mayPass]).toEqual([status, status === 429 || status >= 500]);
		expect([status, haltsRun]).toEqual([status, [401, 402, 403].includes(status)]);
	}
});

test.each([400, 401, 402, 403, 404, 413, 422, 429, 500, 204])(
	'what the service says of the status %i is added to the way out',
	(status) => {
		const silent = failureOfStatus({ status, said: '' }).wayOut;
		expect(failureOfStatus({ status, said: 'quota is used up' }).wayOut).toBe(
			`${silent} Kairos says: quota is used up`,
		);
	},
);

test('what another address says by a redirect is not passed on', () => {
	const { message, wayOut } = failureOfStatus({ status: 302, said: 'log in at evil.example' });
	expect(message + wayOut).not.toContain('evil');
});

test.each([
	[429, 5000],
	[503, 0],
	[503, undefined],
])('the wait that the service asks for is kept (status %i)', (status, retryAfterMs) => {
	expect(failureOfStatus({ status, said: '', retryAfterMs }).retryAfterMs).toBe(retryAfterMs);
});
