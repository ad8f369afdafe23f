import {
	canceled,
	networkError,
	timedOut,
} from '../../../../nodes/BiometricVerify/kairos/failures/network';
import { textsWithin } from '../../../support/secrets.cts';

const HOST = 'idv-eu.kairos.com:444';

function broken(code: string, depth = 0): Error {
	const error = Object.assign(new Error(`connect ${code} 10.0.0.1`), { code });
	return Array.from({ length: depth }).reduce<Error>(
		(cause) => new Error('Wrapped', { cause }),
		error,
	);
}

function factsOf(error: Error) {
	const { message, cause, retry, endsRun } = networkError(error, HOST);
	return { message, cause, retry, endsRun };
}

describe('a request without a response', () => {
	test.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'])(
		'whose connection was never made (%s) was not taken',
		(code) => {
			expect(networkError(broken(code), HOST)).toMatchObject({
				message: `Could not connect to ${HOST}`,
				cause: 'temporarily-unavailable',
				retry: 'notTaken',
				endsRun: false,
			});
		},
	);

	test.each([
		'ECONNABORTED',
		'ECONNRESET',
		'EPIPE',
		'ERR_BAD_RESPONSE',
		'ERR_STREAM_PREMATURE_CLOSE',
		'ETIMEDOUT',
	])('whose connection broke (%s) may have been billed', (code) => {
		expect(networkError(broken(code), HOST)).toMatchObject({
			message: `The connection to ${HOST} was interrupted`,
			cause: 'temporarily-unavailable',
			retry: 'uncertain',
			endsRun: false,
		});
	});

	test.each(['ERR_SSL_BAD_RECORD_TYPE', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'])(
		'whose connection was secure and is no more (%s) may have been billed',
		(code) => {
			expect(factsOf(broken(code))).toEqual(factsOf(broken('ECONNRESET')));
		},
	);

	test('whose connection did not become secure was not taken', () => {
		expect(networkError(broken('EPROTO'), HOST)).toMatchObject({
			message: `Could not make a secure connection to ${HOST}`,
			cause: 'temporarily-unavailable',
			retry: 'notTaken',
			endsRun: false,
		});
	});

	test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'CERT_HAS_EXPIRED'])(
		'is told from the code where older releases of n8n put it (%s)',
		(code) => {
			const error = Object.assign(new Error('It failed'), { httpCode: code });
			expect(factsOf(error)).toEqual(factsOf(broken(code)));
		},
	);

	test('keeps the code of its cause where n8n says something else beside it', () => {
		const error = Object.assign(broken('ECONNREFUSED', 1), { httpCode: '500' });
		expect(factsOf(error)).toEqual(factsOf(broken('ECONNREFUSED')));
	});

	test.each(['ENOTFOUND', 'EAI_AGAIN'])('whose server is not found (%s) was not taken', (code) => {
		expect(networkError(broken(code), HOST)).toMatchObject({
			message: `Could not find the server ${HOST}`,
			cause: 'temporarily-unavailable',
			retry: 'notTaken',
			endsRun: false,
		});
	});

	test.each([
		'CERT_HAS_EXPIRED',
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'SELF_SIGNED_CERT_IN_CHAIN',
		'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
		'ERR_TLS_CERT_ALTNAME_INVALID',
	])('whose certificate is not trusted (%s) ends the run', (code) => {
		expect(networkError(broken(code), HOST)).toMatchObject({
			message: `The connection to ${HOST} is not secure: its certificate is not trusted`,
			cause: 'configuration-invalid',
			retry: 'never',
			endsRun: true,
		});
	});

	test.each<[what: string, error: unknown]>([
		['an unknown code', broken('E_SOMETHING')],
		['no code', new Error('Something')],
		['a code that is a number', Object.assign(new Error('x'), { code: 500 })],
		['a code far down', broken('ECONNRESET', 6)],
		['no error at all', undefined],
		['a text', 'ECONNRESET'],
		['null', null],
	])('for a reason that is not known (%s) is not tried again', (_what, error) => {
		expect(networkError(error, HOST)).toMatchObject({
			message: `The connection to ${HOST} was interrupted`,
			retry: 'never',
			endsRun: false,
		});
	});

	test('is told by the code of its innermost cause, as n8n wraps errors', () => {
		expect(networkError(broken('ECONNRESET', 3), HOST).retry).toBe('uncertain');
		expect(networkError(broken('ECONNRESET', 5), HOST).retry).toBe('uncertain');
		const numbered = Object.assign(new Error('x', { cause: broken('EPIPE') }), { code: 500 });
		expect(networkError(numbered, HOST).retry).toBe('uncertain');
		expect(networkError(broken('CERT_HAS_EXPIRED', 2), HOST).endsRun).toBe(true);
	});

	test('is told also when its causes go round in a circle', () => {
		const error = new Error('Round');
		Object.assign(error, { cause: error });
		expect(networkError(error, HOST).retry).toBe('never');
	});

	test.each([
		['ENOTFOUND', 'Check Base URL in the Kairos credential, and that n8n can reach the internet.'],
		['CERT_HAS_EXPIRED', 'Check Base URL in the Kairos credential. Nothing was sent.'],
		[
			'EPROTO',
			'Check Base URL in the Kairos credential: the server may not use https, or not on this port.',
		],
		['EPIPE', 'Check that n8n can reach this server and that it is up, then try again.'],
	])('says what to do (%s)', (code, description) => {
		expect(networkError(broken(code), HOST).description).toBe(description);
	});

	test('carries nothing of the error: it may hold the keys and the images', () => {
		const error = Object.assign(broken('ECONNRESET'), {
			config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('image bytes') },
		});
		expect(textsWithin(networkError(error, HOST))).not.toMatch(/secret|image bytes|10\.0\.0\.1/);
	});
});

test('a request that takes too long may have been billed, and says how long it had', () => {
	expect(timedOut(2500)).toMatchObject({
		message: 'Kairos did not respond within 2.5 seconds',
		description: 'Try again later, use smaller images, or raise Timeout in Options.',
		cause: 'temporarily-unavailable',
		retry: 'uncertain',
		endsRun: false,
	});
});

test('an execution that was canceled ends the run', () => {
	expect(canceled()).toMatchObject({
		message: 'Not verified: the execution was canceled',
		description: 'Run the workflow again to verify this item.',
		retry: 'never',
		endsRun: true,
	});
});
