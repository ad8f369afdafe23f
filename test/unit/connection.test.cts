import {
	cancelled,
	failureOfConnection,
	timedOut,
} from '../../nodes/BiometricVerify/kairos/connection';

const HOST = 'idv-eu.kairos.com:444';

function broken(code: string, depth = 0): Error {
	const error = Object.assign(new Error(`connect ${code} 10.0.0.1`), { code });
	return Array.from({ length: depth }).reduce<Error>(
		(cause) => new Error('Wrapped', { cause }),
		error,
	);
}

describe('a request without an answer', () => {
	test.each([
		'ECONNABORTED',
		'ECONNREFUSED',
		'ECONNRESET',
		'EHOSTUNREACH',
		'ENETDOWN',
		'ENETUNREACH',
		'EPIPE',
		'ERR_BAD_RESPONSE',
		'ERR_STREAM_PREMATURE_CLOSE',
		'ETIMEDOUT',
	])('whose connection broke (%s) may pass', (code) => {
		expect(failureOfConnection(broken(code), HOST)).toMatchObject({
			message: `The connection to ${HOST} failed`,
			cause: 'temporarily-unavailable',
			mayPass: true,
			haltsRun: false,
		});
	});

	test.each(['ENOTFOUND', 'EAI_AGAIN'])('whose address is not known (%s) may pass', (code) => {
		expect(failureOfConnection(broken(code), HOST)).toMatchObject({
			message: `The address of Kairos is not known: ${HOST}`,
			cause: 'temporarily-unavailable',
			mayPass: true,
			haltsRun: false,
		});
	});

	test.each([
		'CERT_HAS_EXPIRED',
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'SELF_SIGNED_CERT_IN_CHAIN',
		'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
		'ERR_TLS_CERT_ALTNAME_INVALID',
		'ERR_SSL_WRONG_VERSION_NUMBER',
	])('whose certificate cannot be trusted (%s) halts the run', (code) => {
		expect(failureOfConnection(broken(code), HOST)).toMatchObject({
			message: `The connection to ${HOST} is not secure: its certificate cannot be trusted`,
			cause: 'configuration-invalid',
			mayPass: false,
			haltsRun: true,
		});
	});

	test.each<[what: string, error: unknown]>([
		['an unknown code', broken('E_SOMETHING')],
		['no code', new Error('Something')],
		['a code that is a number', Object.assign(new Error('x'), { code: 500 })],
		['no error at all', undefined],
		['a text', 'ECONNRESET'],
		['null', null],
	])('for a reason that is not known (%s) is not tried again', (_what, error) => {
		expect(failureOfConnection(error, HOST)).toMatchObject({
			message: `The connection to ${HOST} failed`,
			mayPass: false,
			haltsRun: false,
		});
	});

	test('is told by the code of its innermost cause, as n8n wraps errors', () => {
		expect(failureOfConnection(broken('ECONNRESET', 3), HOST).mayPass).toBe(true);
		expect(failureOfConnection(broken('CERT_HAS_EXPIRED', 2), HOST).haltsRun).toBe(true);
	});

	test('is told also when its causes go round in a circle', () => {
		const error = new Error('Round');
		Object.assign(error, { cause: error });
		expect(failureOfConnection(error, HOST).mayPass).toBe(false);
	});

	test('carries nothing of the error: it may hold the keys and the pictures', () => {
		const error = Object.assign(broken('ECONNRESET'), {
			config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('picture') },
		});
		const failure = failureOfConnection(error, HOST);
		const everything = [
			failure,
			...Object.getOwnPropertyNames(failure).map((name) => String(Reflect.get(failure, name))),
		];
		expect(JSON.stringify(everything)).not.toMatch(/secret|picture|10\.0\.0\.1/);
	});
});

test('a request that takes too long may pass, and says how long it had', () => {
	expect(timedOut(2500)).toMatchObject({
		message: 'Kairos did not answer within 2.5 s',
		cause: 'temporarily-unavailable',
		mayPass: true,
		haltsRun: false,
	});
});

test('an execution that was cancelled halts the run', () => {
	expect(cancelled()).toMatchObject({
		message: 'Not verified: the execution was canceled',
		mayPass: false,
		haltsRun: true,
	});
});
