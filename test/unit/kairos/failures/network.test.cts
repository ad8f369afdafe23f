import {
	canceled,
	networkError,
	timedOut,
} from '../../../../nodes/BiometricVerify/kairos/failures/network';
import { textsWithin } from '../../../support/secrets.cts';

const HOST = 'idv-eu.kairos.com:444';

const errorOf = (error: unknown, isSentWhole = true) =>
	networkError(error, { host: HOST, requestBytes: 31_400_000, isSentWhole });

function broken(code: string, depth = 0, facts = {}): Error {
	const error = Object.assign(new Error(`connect ${code} 10.0.0.1`), { code, ...facts });
	return Array.from({ length: depth }).reduce<Error>(
		(cause) => new Error('Wrapped', { cause }),
		error,
	);
}

const NOT_MADE = { code: 'UNAVAILABLE', wasSent: false, mayBeBilled: false, isRetryable: true };

const CHECK_SERVER = 'Check that n8n can reach this server and that it is up, then try again.';
const refused = { retry: 'withinMaxWait', isFatal: false };
const fatal = { retry: 'never', isFatal: true };

test.each<[codes: string[], message: string, description: string, facts: object]>([
	[
		['ECONNREFUSED', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'],
		`Could not connect to ${HOST}`,
		CHECK_SERVER,
		refused,
	],
	[
		['ENOTFOUND', 'EAI_AGAIN'],
		`Could not find the server ${HOST}`,
		'Check Base URL in the Kairos credential, and that n8n can reach the internet.',
		refused,
	],
	[
		['EPROTO'],
		`Could not make a secure connection to ${HOST}`,
		'Check Base URL in the Kairos credential: the server may not use https, or not on this port.',
		refused,
	],
	[
		[
			...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
			...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
			'ERR_TLS_CERT_ALTNAME_INVALID',
		],
		`The connection to ${HOST} is not secure: its certificate is not trusted`,
		'Check Base URL in the Kairos credential. Nothing was sent.',
		fatal,
	],
])(
	'A connection that was never made is told by its code: %j',
	(codes, message, description, facts) => {
		for (const code of codes) {
			const error = errorOf(broken(code));
			expect(error).toMatchObject({ ...NOT_MADE, message, description, ...facts });
		}
	},
);

test.each([{ syscall: 'connect' }, { errors: [] }])(
	'A connection that was never made is told from one that broke by when it failed: %j',
	(facts) => {
		const error = errorOf(broken('ETIMEDOUT', 1, facts));
		expect(error).toMatchObject({ ...NOT_MADE, message: `Could not connect to ${HOST}` });
		expect(errorOf(broken('ETIMEDOUT', 0, { syscall: 'read' })).wasSent).toBe(true);
	},
);

test.each([
	...['ECONNABORTED', 'ECONNRESET', 'EPIPE', 'ERR_BAD_RESPONSE', 'ETIMEDOUT'],
	...['ERR_STREAM_PREMATURE_CLOSE', 'ERR_SSL_BAD_RECORD_TYPE', 'HPE_INVALID_CONSTANT'],
	...['Z_BUF_ERROR', 'E_SOMETHING'],
])('A connection that broke may have been billed, and is tried again: %s', (code) => {
	expect(errorOf(broken(code))).toMatchObject({
		...{ code: 'CONNECTION_LOST', wasSent: true, mayBeBilled: true, isRetryable: true },
		message: `The connection to ${HOST} was interrupted`,
		description: 'Check that n8n can reach this server and that it is up, then try again.',
		...{ retry: 'withinMaxAttempts', isFatal: false },
	});
});

test('A connection that broke before all was sent names the size, and a gateway that may refuse it', () => {
	const { message, description, retry } = errorOf(broken('EPIPE'), false);
	expect(message).toBe(
		`The connection to ${HOST} was interrupted before the two images (31.4 MB) were sent`,
	);
	expect(description).toMatch(/^A gateway may have refused them for their size\. Phones/);
	expect(retry).toBe('withinMaxAttempts');
});

test.each<[what: string, error: unknown]>([
	['no code', new Error('Something')],
	['a code that is a number', Object.assign(new Error('x'), { code: 500 })],
	['a code far down', broken('ECONNRESET', 6)],
	['no error at all', undefined],
	['a text', 'ECONNRESET'],
	['null', null],
])(
	'A connection that broke for a reason that is not known (%s) is not tried again at once',
	(_what, error) => {
		expect(errorOf(error)).toMatchObject({
			message: `The connection to ${HOST} was interrupted`,
			retry: 'never',
		});
	},
);

test('The reason of a network error is the code of the innermost cause, as n8n wraps errors', () => {
	expect(errorOf(broken('ECONNRESET', 3)).retry).toBe('withinMaxAttempts');
	expect(errorOf(broken('ECONNRESET', 5)).retry).toBe('withinMaxAttempts');
	const numbered = Object.assign(new Error('x', { cause: broken('EPIPE') }), { code: 500 });
	expect(errorOf(numbered).retry).toBe('withinMaxAttempts');
	expect(errorOf(broken('CERT_HAS_EXPIRED', 2)).isFatal).toBe(true);
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'CERT_HAS_EXPIRED'])(
	'The reason of a network error is in the place of the status up to n8n 2.30 (%s)',
	(code) => {
		const error = Object.assign(new Error('It failed'), { httpCode: code });
		expect(errorOf(error)).toEqual(errorOf(broken(code)));
	},
);

test('The reason of a network error is that of its cause, even if n8n adds a status', () => {
	const error = Object.assign(broken('ECONNREFUSED', 1), { httpCode: '500' });
	expect(errorOf(error)).toEqual(errorOf(broken('ECONNREFUSED')));
});

test('The reason of a network error is not looked for forever in a circle', () => {
	const error = new Error('Round');
	Object.assign(error, { cause: error });
	expect(errorOf(error).retry).toBe('never');
});

test('A network error is reported without what it holds: keys and images', () => {
	const error = Object.assign(broken('ECONNRESET'), {
		config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('image bytes') },
	});
	expect(textsWithin(errorOf(error))).not.toMatch(/secret|image bytes|10\.0\.0\.1/);
});

test('a request that takes too long may have been billed, and says how long it had', () => {
	expect(timedOut(2500)).toMatchObject({
		...{ code: 'TIMEOUT', mayBeBilled: true, retry: 'withinMaxAttempts', isFatal: false },
		message: 'Kairos did not respond within 2.5 seconds',
		description: "Try again later, use smaller images, or raise 'Timeout (Seconds)' in Options.",
	});
});

test('an execution that was canceled ends the run', () => {
	expect(canceled()).toMatchObject({
		...{ code: 'CANCELED', retry: 'never', isFatal: true, isRetryable: true },
		message: 'Not verified: the execution was canceled',
		description: 'Run the workflow again to verify this item.',
	});
});
