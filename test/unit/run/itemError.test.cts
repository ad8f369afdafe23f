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

/** Some of the words for which n8n replaces a whole message by one of its own. */
const WORDS_OF_N8N = ['ECONNREFUSED', 'ENOENT', 'EPERM', 'GETADDRINFO'];

const node = nodeWith();

const inputError = (message: string, description = 'Add one.') =>
	new InputError({ code: 'EMPTY_FILE', message, description, retake: 'selfie' });
const kairosError = (facts: Partial<ConstructorParameters<typeof KairosError>[0]> = {}) =>
	new KairosError({
		code: 'UNAVAILABLE',
		message: 'Kairos is down',
		description: 'Wait.',
		...facts,
	});
const withStatus = (status: number, facts = {}) =>
	httpError({ status, serverMessage: '', isJson: true, requestBytes: 0, ...facts });

test('The error for machines has all that is known of an error of Kairos', () => {
	const answer = { httpCode: 429, requestId: 'id', retryAfterMs: 1000 };
	const error = kairosError({ code: 'RATE_LIMITED', retry: 'withinMaxWait', ...answer });
	noteAttempts(error, { attempts: 3, mayBeBilled: true, service: 'kairos.test/v0.1' });
	expect(itemError(node, 3, error).context).toStrictEqual({
		itemIndex: 3,
		kairos: {
			code: 'RATE_LIMITED',
			message: 'Kairos is down [item 3]. Wait.',
			...{ retryable: true, mayBeBilled: true, attempts: 3 },
			...{ httpCode: 429, retryAfterMs: 1000, requestId: 'id', retake: null },
			service: 'kairos.test/v0.1',
		},
	});
});

test('The error for machines has every key also where nothing is known', () => {
	expect(itemError(node, 0, inputError('The selfie file is empty')).context.kairos).toStrictEqual({
		code: 'EMPTY_FILE',
		message: 'The selfie file is empty [item 0]. Add one.',
		...{ retryable: false, mayBeBilled: false, attempts: 0 },
		...{ httpCode: null, retryAfterMs: null, requestId: null, retake: 'selfie', service: null },
	});
});

test.each<[what: string, error: unknown, code: ErrorCode]>([
	['an expression that fails', new ExpressionError('x'), 'INVALID_SETTING'],
	['an error of n8n', new NodeOperationError(node, 'x'), 'INTERNAL_ERROR'],
	['an error of the language', new TypeError('x'), 'INTERNAL_ERROR'],
	['a text', 'EPERM', 'INTERNAL_ERROR'],
	['nothing', undefined, 'INTERNAL_ERROR'],
])('The error for machines has a code for %s', (_what, error, code) => {
	expect(itemError(node, 0, error).context.kairos.code).toBe(code);
});

test('The error for machines says of an item that was not sent that nothing was sent, and why', () => {
	const reason = withStatus(429, { retryAfterMs: 5000 }).having({ requestId: 'of another' });
	noteAttempts(reason, { attempts: 2, mayBeBilled: true, service: 'kairos.test/v0.1' });
	expect(skippedItemError(node, 1, reason).context.kairos).toMatchObject({
		code: 'NOT_SENT',
		message: expect.stringMatching(
			/^Not sent to Kairos\. Kairos is rate limiting your account \[item 1\]\. Raise/,
		) as unknown,
		...{ retryable: true, mayBeBilled: false, attempts: 0 },
		...{ httpCode: null, retryAfterMs: 5000, requestId: null, retake: null },
		service: 'kairos.test/v0.1',
	});
	expect(skippedItemError(node, 1, inputError('No')).context.kairos).toMatchObject({
		...{ code: 'NOT_SENT', retryable: false, retake: null, service: null },
	});
});

test('The error that n8n shows says what happened, at which item, and how to go on', () => {
	const error = itemError(node, 7, inputError('The selfie file is empty.'));
	expect(error).toBeInstanceOf(NodeOperationError);
	expect(error).toMatchObject({
		message: 'The selfie file is empty [item 7]',
		description: 'Add one.',
		node,
	});
});

test('An error is a NodeApiError, with its status, where Kairos failed', () => {
	const error = itemError(node, 3, kairosError({ httpCode: 503 }));
	expect(error).toBeInstanceOf(NodeApiError);
	expect(error).toMatchObject({
		...{ message: 'Kairos is down [item 3]', description: 'Wait.', httpCode: '503', node },
	});
	expect(itemError(node, 3, kairosError())).toMatchObject({ httpCode: null });
});

test.each(Object.keys(ERROR_CODES) as ErrorCode[])(
	'An error tells n8n the cause that is beside its code: %s',
	(code) => {
		const { cause }: CodeFacts = ERROR_CODES[code];
		const expected = cause && { cause };
		expect(itemError(node, 0, kairosError({ code })).failure).toEqual(expected);
		const error = new InputError({ code, message: 'x', description: 'y' });
		expect(itemError(node, 0, error).failure).toEqual(expected);
	},
);

test.each<[code: ErrorCode, failure: object | undefined]>([
	['RATE_LIMITED', { cause: 'rate-limited', retryAfterMs: 5000 }],
	['PAYMENT_REQUIRED', { cause: 'quota-exhausted', retryAfterMs: 5000 }],
	['UNAVAILABLE', { cause: 'temporarily-unavailable', retryAfterMs: 5000 }],
	['INVALID_KEYS', { cause: 'credential-invalid' }],
	['WRONG_ADDRESS', { cause: 'configuration-invalid' }],
	['INTERNAL_ERROR', { cause: 'node-defect' }],
	['FORBIDDEN', undefined],
])('An error tells n8n how long to wait where waiting helps: %s', (code, failure) => {
	const error = kairosError({ code, retryAfterMs: 5000 });
	expect(itemError(node, 0, error).failure).toEqual(failure);
	expect(skippedItemError(node, 0, error).failure).toEqual(failure);
});

test.each([301, 401, 403, 404, 429, 500, 503])(
	'The error that n8n shows keeps its own words for the status %i, where n8n has others',
	(status) => {
		const { message, description } = withStatus(status);
		expect(itemError(node, 1, withStatus(status))).toMatchObject({
			...{ message: `${message} [item 1]`, description },
		});
	},
);

test.each(WORDS_OF_N8N)(
	'The error that n8n shows keeps its message also when a name in it holds %s',
	(word) => {
		const message = `The item has no file in the field "my${word.toLowerCase()}field"`;
		for (const error of [inputError(message), kairosError({ message })]) {
			expect(itemError(node, 0, error).message).toBe(`${message} [item 0]`);
			expect(skippedItemError(node, 0, error).message).toBe(
				`Not sent to Kairos. ${message} [item 0]`,
			);
		}
	},
);

test('The error that n8n shows keeps what n8n says, and gets the item', () => {
	const error = new NodeOperationError(node, 'Node does not have any credentials set', {
		description: 'Choose one',
	});
	expect(itemError(node, 4, error)).toMatchObject({
		message: 'Node does not have any credentials set [item 4]',
		description: 'Choose one',
		context: { itemIndex: 4 },
	});
});

test.each<[what: string, thrown: unknown, message: string]>([
	['of the language', new TypeError('x is no function'), 'x is no function [item 9]'],
	['without words', Object.assign(new Error('x'), { description: '' }), 'x [item 9]'],
	['that is a text', 'EPERM', 'The item could not be verified [item 9]'],
	['that is nothing', undefined, 'The item could not be verified [item 9]'],
	['that is an object', { message: 'x' }, 'The item could not be verified [item 9]'],
])('The error that n8n shows says what to check where it is one %s', (_what, thrown, message) => {
	expect(itemError(node, 9, thrown)).toMatchObject({
		message,
		description: 'Check this item, the node before this one, and the settings of this node.',
	});
});

test('The error that n8n shows says only what happened where there is nothing to add', () => {
	const { message } = itemError(node, 3, kairosError({ description: '' })).context.kairos;
	expect(message).toBe('Kairos is down [item 3]');
});

test('The error that n8n shows leaves behind what an HTTP client attached: keys and images', () => {
	const attached = {
		config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('image bytes') },
		cause: new Error('very-secret-key'),
	};
	const error = itemError(node, 0, Object.assign(new Error('Failed'), attached));
	expect(textsWithin(error)).not.toMatch(/very-secret-key|image bytes/);
});
