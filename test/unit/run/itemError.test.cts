import { ExpressionError, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { noteAttempts } from '../../../nodes/BiometricVerify/errors/attempts';
import type { CodeFacts, ErrorCode } from '../../../nodes/BiometricVerify/errors/codes';
import { ERROR_CODES } from '../../../nodes/BiometricVerify/errors/codes';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import { itemError, skippedItemError } from '../../../nodes/BiometricVerify/run/itemError';
import { nodeWith } from '../../support/context.cts';
import { textsWithin } from '../../support/secrets.cts';

const node = nodeWith();
const ATTEMPTS = { attempts: 3, mayBeBilled: true, service: 'kairos.test/v0.1' };
const NOTHING_KNOWN = { httpCode: null, retryAfterMs: null, requestId: null, retake: null };

const inputError = (message: string) =>
	new InputError({ code: 'EMPTY_FILE', message, description: 'Add one.', retake: 'selfie' });
const kairosError = (facts: Partial<ConstructorParameters<typeof KairosError>[0]> = {}) =>
	new KairosError({
		code: 'UNAVAILABLE',
		message: 'Kairos is down',
		description: 'Wait.',
		...facts,
	});
const withStatus = (status: number, facts = {}) =>
	httpError({ status, serverMessage: '', isJson: true, requestBytes: 0, ...facts });

test('An error of Kairos is a NodeApiError, with all that is known for machines', () => {
	const answer = { httpCode: 429, requestId: 'id', retryAfterMs: 1000 };
	const error = kairosError({ code: 'RATE_LIMITED', retry: 'withinMaxWait', ...answer });
	const shown = itemError(node, 3, noteAttempts(error, ATTEMPTS));
	expect(shown).toBeInstanceOf(NodeApiError);
	expect(shown).toMatchObject({
		message: 'Kairos is down [item 3]',
		description: 'Wait.',
		httpCode: '429',
		node,
	});
	expect(shown.context).toStrictEqual({
		itemIndex: 3,
		kairos: {
			code: 'RATE_LIMITED',
			message: 'Kairos is down [item 3]. Wait.',
			retryable: true,
			...ATTEMPTS,
			...answer,
			retake: null,
		},
	});
	expect(itemError(node, 3, kairosError())).toMatchObject({ httpCode: null });
});

test('Any other error is a NodeOperationError, with every key for machines', () => {
	const shown = itemError(node, 7, inputError('The selfie file is empty.'));
	expect(shown).toBeInstanceOf(NodeOperationError);
	expect(shown).toMatchObject({ message: 'The selfie file is empty [item 7]', node });
	expect(shown.description).toBe('Add one.');
	expect(shown.context.kairos).toStrictEqual({
		code: 'EMPTY_FILE',
		message: 'The selfie file is empty [item 7]. Add one.',
		retryable: false,
		mayBeBilled: false,
		attempts: 0,
		...NOTHING_KNOWN,
		retake: 'selfie',
		service: null,
	});
});

test('The error of an item that was not sent says that nothing was sent, and why', () => {
	const reason = withStatus(429, { retryAfterMs: 5000 }).having({ requestId: 'of another' });
	expect(skippedItemError(node, 1, noteAttempts(reason, ATTEMPTS)).context.kairos).toStrictEqual({
		code: 'NOT_SENT',
		message: expect.stringMatching(
			/^Not sent to Kairos\. Kairos is rate limiting your account \[item 1\]\. Raise/,
		) as unknown,
		retryable: true,
		mayBeBilled: false,
		attempts: 0,
		service: ATTEMPTS.service,
		...NOTHING_KNOWN,
		retryAfterMs: 5000,
	});
	expect(skippedItemError(node, 1, inputError('No')).context.kairos).toMatchObject({
		code: 'NOT_SENT',
		retryable: false,
		retake: null,
		service: null,
	});
});

const CHECK = 'Check this item, the node before this one, and the settings of this node.';
const UNKNOWN = 'The item could not be verified';
const OF_N8N = new NodeOperationError(node, 'No credential', { description: 'Choose one' });

test.each<[what: string, error: unknown, ErrorCode, message: string, description?: string]>([
	['an expression', new ExpressionError('x fails'), 'INVALID_SETTING', 'x fails'],
	['n8n', OF_N8N, 'INTERNAL_ERROR', 'No credential', 'Choose one'],
	['the language', new TypeError('x is no function'), 'INTERNAL_ERROR', 'x is no function'],
	['no words', Object.assign(new Error('x'), { description: '' }), 'INTERNAL_ERROR', 'x'],
	['a text', 'EPERM', 'INTERNAL_ERROR', UNKNOWN],
	['nothing', undefined, 'INTERNAL_ERROR', UNKNOWN],
	['an object', { message: 'x' }, 'INTERNAL_ERROR', UNKNOWN],
])('An error of %s has a code, and says what to check', (_what, ...row) => {
	const [thrown, code, message, description = CHECK] = row;
	const shown = itemError(node, 9, thrown);
	expect(shown).toMatchObject({ message: `${message} [item 9]`, description });
	expect(shown.context.kairos.code).toBe(code);
});

test('An error tells n8n the cause that is beside its code', () => {
	for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
		const { cause }: CodeFacts = ERROR_CODES[code];
		const expected = [code, cause && { cause }];
		expect([code, itemError(node, 0, kairosError({ code })).failure]).toEqual(expected);
		const error = new InputError({ code, message: 'x', description: 'y' });
		expect([code, itemError(node, 0, error).failure]).toEqual(expected);
	}
});

test.each<[code: ErrorCode, failure: object]>([
	['RATE_LIMITED', { cause: 'rate-limited', retryAfterMs: 5000 }],
	['UNAVAILABLE', { cause: 'temporarily-unavailable', retryAfterMs: 5000 }],
	['INVALID_KEYS', { cause: 'credential-invalid' }],
	['WRONG_ADDRESS', { cause: 'configuration-invalid' }],
	['INTERNAL_ERROR', { cause: 'node-defect' }],
])('An error tells n8n how long to wait where waiting helps: %s', (code, failure) => {
	const error = kairosError({ code, retryAfterMs: 5000 });
	expect(itemError(node, 0, error).failure).toEqual(failure);
	expect(skippedItemError(node, 0, error).failure).toEqual(failure);
});

test('An error keeps its own words for a status where n8n has others', () => {
	for (const status of [301, 401, 403, 404, 429, 500, 503]) {
		const { message, description } = withStatus(status);
		const shown = itemError(node, 1, withStatus(status));
		expect(shown).toMatchObject({ message: `${message} [item 1]`, description });
	}
});

test('An error keeps its message also when it holds words for which n8n replaces it', () => {
	for (const word of ['econnrefused', 'enoent', 'eperm', 'getaddrinfo']) {
		const message = `The item has no file in the field "my${word}field"`;
		for (const error of [inputError(message), kairosError({ message })]) {
			expect(itemError(node, 0, error).message).toBe(`${message} [item 0]`);
			const { message: skipped } = skippedItemError(node, 0, error);
			expect(skipped).toBe(`Not sent to Kairos. ${message} [item 0]`);
		}
	}
});

test('An error says only what happened where there is nothing to add', () => {
	const { message } = itemError(node, 3, kairosError({ description: '' })).context.kairos;
	expect(message).toBe('Kairos is down [item 3]');
});

test('An error leaves behind what an HTTP client attached: keys and images', () => {
	const attached = {
		config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('image bytes') },
		cause: new Error('very-secret-key'),
	};
	const error = itemError(node, 0, Object.assign(new Error('Failed'), attached));
	expect(textsWithin(error)).not.toMatch(/very-secret-key|image bytes/);
});
