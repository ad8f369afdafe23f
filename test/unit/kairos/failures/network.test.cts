import {
	canceled,
	networkError,
	timedOut,
} from '../../../../nodes/BiometricVerify/kairos/failures/network';
import { textsWithin } from '../../../support/secrets.cts';

const HOST = 'idv-eu.kairos.com:444';

const errorOf = (error: unknown, isSentWhole = true) =>
	networkError(error, { host: HOST, requestBytes: 31_400_000, isSentWhole });

/** An error of Node.js, with further errors around it. */
function broken(code: string, depth = 0, facts = {}): Error {
	const error = Object.assign(new Error(`connect ${code} 10.0.0.1`), { code, ...facts });
	return Array.from({ length: depth }).reduce<Error>(
		(cause) => new Error('Wrapped', { cause }),
		error,
	);
}

const notMade = { code: 'UNAVAILABLE', wasSent: false, mayBeBilled: false, isRetryable: true };
const REFUSED = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'];
const UNTRUSTED = [
	...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
	...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
];

test.each<[codes: string[], message: string, description: RegExp, isFatal: boolean]>([
	[REFUSED, `Could not connect to ${HOST}`, /^Check that n8n can reach this server/, false],
	[['ENOTFOUND', 'EAI_AGAIN'], `Could not find the server ${HOST}`, /reach the internet/, false],
	[['EPROTO'], `Could not make a secure connection to ${HOST}`, /may not use https/, false],
	[UNTRUSTED, `${HOST} is not secure: its certificate is not trusted`, /Nothing was sent/, true],
])(
	'A connection that was never made is told by its code: %j',
	(codes, message, description, isFatal) => {
		const retry = isFatal ? 'never' : 'withinMaxWait';
		for (const code of codes) {
			const error = errorOf(broken(code));
			expect(error).toMatchObject({ ...notMade, isFatal, retry });
			expect(error.message).toContain(message);
			expect(error.description).toMatch(description);
		}
	},
);

test('A connection that was never made is told from one that broke by when it failed', () => {
	for (const facts of [{ syscall: 'connect' }, { errors: [] }]) {
		expect(errorOf(broken('ETIMEDOUT', 1, facts))).toMatchObject(notMade);
	}
	expect(errorOf(broken('ETIMEDOUT', 0, { syscall: 'read' })).wasSent).toBe(true);
});

const lost = { code: 'CONNECTION_LOST', wasSent: true, mayBeBilled: true, isFatal: false };

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_SSL_BAD_RECORD_TYPE', 'E_SOMETHING'])(
	'A connection that broke may have been billed, and is tried again: %s',
	(code) => {
		const error = errorOf(broken(code));
		expect(error).toMatchObject({ ...lost, retry: 'withinMaxAttempts' });
		expect(error.message).toBe(`The connection to ${HOST} was interrupted`);
		expect(error.description).toMatch(/^Check that n8n can reach this server/);
	},
);

test('A connection that broke before all was sent names the size, and a gateway that may refuse it', () => {
	const { message, description, retry } = errorOf(broken('EPIPE'), false);
	expect(message).toMatch(/ was interrupted before the two images \(31\.4 MB\) were sent$/);
	expect(description).toMatch(/^A gateway may have refused them for their size\. Phones/);
	expect(retry).toBe('withinMaxAttempts');
});

const circle = new Error('Round');
circle.cause = circle;

test.each<[what: string, error: unknown]>([
	['no code', new Error('Something')],
	['none in an error of n8n', Object.assign(new Error('x'), { httpCode: null })],
	['a code that is a number', Object.assign(new Error('x'), { code: 500 })],
	['a code far down', broken('ECONNRESET', 6)],
	['causes in a circle', circle],
	['no error at all', undefined],
	['a text', 'ECONNRESET'],
	['null', null],
])(
	'A connection that broke for a reason that is not known is not tried again at once: %s',
	(_what, error) => expect(errorOf(error)).toMatchObject({ ...lost, retry: 'never' }),
);

test('The reason of a network error is the code of the innermost cause, as n8n wraps errors', () => {
	const numbered = Object.assign(new Error('x', { cause: broken('EPIPE') }), { code: 500 });
	for (const error of [broken('ECONNRESET', 5), numbered]) {
		expect(errorOf(error).retry).toBe('withinMaxAttempts');
	}
	const withStatus = Object.assign(broken('ECONNREFUSED', 1), { httpCode: '500' });
	expect(errorOf(withStatus)).toMatchObject(notMade);
});

test('The reason of a network error is in the place of the status up to n8n 2.30', () => {
	for (const code of ['ECONNREFUSED', 'ECONNRESET']) {
		const error = Object.assign(new Error('It failed'), { httpCode: code });
		expect(errorOf(error)).toEqual(errorOf(broken(code)));
	}
});

test('An address that n8n itself blocks is not tried again, and the error names the setting', () => {
	for (const name of ['SsrfBlockedIpError', 'SsrfBlockedHostnameError']) {
		const cause = Object.assign(new Error('The request was blocked'), { name, code: 'E_ANY' });
		const error = errorOf(Object.assign(new Error('x', { cause }), { httpCode: null }));
		expect(error).toMatchObject({
			code: 'WRONG_ADDRESS',
			isFatal: true,
			isRetryable: false,
			wasSent: false,
			mayBeBilled: false,
		});
		expect(error.description).toContain('N8N_SSRF_ALLOWED_HOSTNAMES');
	}
});

test('A network error is reported without what it holds: keys and images', () => {
	const error = Object.assign(broken('ECONNRESET'), {
		config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('image bytes') },
	});
	expect(textsWithin(errorOf(error))).not.toMatch(/secret|image bytes|10\.0\.0\.1/);
});

test('A request that takes too long may have been billed, and says how long it had', () => {
	expect(timedOut(2500)).toMatchObject({
		code: 'TIMEOUT',
		mayBeBilled: true,
		retry: 'withinMaxAttempts',
		isFatal: false,
		message: 'Kairos did not respond within 2.5 seconds',
		description: "Try again later, use smaller images, or raise 'Timeout (Seconds)' in Options.",
	});
});

test('An execution that was canceled ends the run', () => {
	expect(canceled()).toMatchObject({
		code: 'CANCELED',
		retry: 'never',
		isFatal: true,
		isRetryable: true,
		message: 'Not verified: the execution was canceled',
		description: 'Run the workflow again to verify this item.',
	});
});
