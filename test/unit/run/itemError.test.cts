import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { InputError } from '../../../nodes/BiometricVerify/errors/InputError';
import { errorText, itemError, skippedError } from '../../../nodes/BiometricVerify/run/itemError';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../../nodes/BiometricVerify/kairos/failures/statuses';
import { nodeWith } from '../../support/context.cts';
import { textsWithin } from '../../support/secrets.cts';

/** The words for which n8n replaces a whole message by one of its own. */
const WORDS_OF_N8N = [
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOTFOUND',
	'ETIMEDOUT',
	'ERRADDRINUSE',
	'EADDRNOTAVAIL',
	'ECONNABORTED',
	'EHOSTUNREACH',
	'EAI_AGAIN',
	'ENOENT',
	'EISDIR',
	'ENOTDIR',
	'EACCES',
	'EEXIST',
	'EPERM',
	'GETADDRINFO',
];

const node = nodeWith();

const inputError = (itemIndex: number, message: string, description: string) =>
	itemError(node, itemIndex, new InputError({ code: 'NO_PARTNER', message, description }));
const withStatus = (status: number) => httpError({ status, serverMessage: '' });

describe('an error that the builder can correct', () => {
	test('says what happened, at which item, and how to go on', () => {
		const error = inputError(7, 'The selfie file is empty', 'Check the node');
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'The selfie file is empty [item 7]',
			description: 'Check the node',
			context: { itemIndex: 7 },
			failure: { cause: 'configuration-invalid' },
			node,
		});
	});

	test.each(WORDS_OF_N8N)('keeps its message also when a name in it holds %s', (word) => {
		for (const name of [word, `my${word.toLowerCase()}field`]) {
			const message = `The item has no file in the field "${name}"`;
			expect(inputError(0, message, 'Correct it').message).toBe(`${message} [item 0]`);
		}
	});

	test('keeps its message when a field is called typeperm, which holds eperm', () => {
		const message = 'The item has no file in the field "typeperm"';
		expect(inputError(0, message, '').message).toBe(`${message} [item 0]`);
	});
});

describe('an error of Kairos', () => {
	const kairosError = (facts: Partial<ConstructorParameters<typeof KairosError>[0]> = {}) =>
		new KairosError({
			code: 'UNAVAILABLE',
			message: 'Kairos is down',
			description: 'Try again later',
			...facts,
		});

	test('becomes an API error with its item, its status and how to go on', () => {
		const error = itemError(node, 3, kairosError({ httpCode: 503 }));
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'Kairos is down [item 3]',
			description: 'Try again later',
			httpCode: '503',
			context: { itemIndex: 3 },
			node,
		});
	});

	test('has no status where Kairos gave none', () => {
		expect(itemError(node, 0, kairosError())).toMatchObject({ httpCode: null });
	});

	test.each([
		'rate-limited',
		'quota-exhausted',
		'temporarily-unavailable',
		'credential-invalid',
		'configuration-invalid',
	] as const)('tells n8n its cause: %s', (cause) => {
		expect(itemError(node, 0, kairosError({ cause })).failure).toStrictEqual({ cause });
	});

	test.each(['rate-limited', 'quota-exhausted', 'temporarily-unavailable'] as const)(
		'tells n8n how long to wait when its cause is %s',
		(cause) => {
			const error = itemError(node, 0, kairosError({ cause, retryAfterMs: 5000 }));
			expect(error.failure).toEqual({ cause, retryAfterMs: 5000 });
		},
	);

	test.each(['credential-invalid', 'configuration-invalid'] as const)(
		'tells n8n no wait when its cause is %s, because waiting helps nobody',
		(cause) => {
			const error = itemError(node, 0, kairosError({ cause, retryAfterMs: 5000 }));
			expect(error.failure).toEqual({ cause });
		},
	);

	test('tells n8n no cause where it has none', () => {
		expect(itemError(node, 0, kairosError()).failure).toBeUndefined();
	});

	test.each([301, 401, 402, 403, 404, 429, 500, 502, 503, 504])(
		'keeps its own words for the status %i, where n8n has others',
		(status) => {
			const { message, description } = httpError({ status, serverMessage: 'something' });
			const error = itemError(node, 1, httpError({ status, serverMessage: 'something' }));
			expect(error.message).toBe(`${message} [item 1]`);
			expect(error.description).toBe(description);
		},
	);

	test.each(WORDS_OF_N8N)('keeps its message also when a host in it holds %s', (word) => {
		const message = `The connection to ${word.toLowerCase()}.example failed`;
		expect(itemError(node, 0, kairosError({ message })).message).toBe(`${message} [item 0]`);
	});
});

describe('any other error', () => {
	test('of n8n, which names no item, gets the item', () => {
		const error = new NodeOperationError(node, 'Node does not have any credentials set', {
			description: 'Choose one',
		});
		expect(itemError(node, 4, error)).toMatchObject({
			message: 'Node does not have any credentials set [item 4]',
			description: 'Choose one',
			context: { itemIndex: 4 },
		});
	});

	test('is known by its name when it is one that the builder can correct', () => {
		expect(new InputError({ code: 'NO_PARTNER', message: 'x', description: 'y' }).name).toBe(
			'InputError',
		);
	});

	test('that says nothing of how to go on says that nothing was sent', () => {
		const error = Object.assign(new Error('Failed'), { description: '' });
		expect(itemError(node, 0, error).description).toBe(
			'Check this item, the node before this one, and the settings of this node.',
		);
	});

	test('of the language gets the item, and says that nothing was sent', () => {
		expect(itemError(node, 0, new TypeError('x is not a function'))).toMatchObject({
			message: 'x is not a function [item 0]',
			description: 'Check this item, the node before this one, and the settings of this node.',
		});
	});

	test.each<[what: string, thrown: unknown]>([
		['a text', 'EPERM'],
		['nothing', undefined],
		['null', null],
		['an object', { message: 'x' }],
	])('that is none (%s) becomes one', (_what, thrown) => {
		expect(itemError(node, 9, thrown).message).toBe('The item could not be verified [item 9]');
	});

	test('leaves behind what an HTTP client attached: keys and images', () => {
		const attached = {
			config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('image bytes') },
			request: { app_key: 'very-secret-key' },
			cause: new Error('very-secret-key'),
		};
		const error = itemError(node, 0, Object.assign(new Error('Failed'), attached));
		expect(textsWithin(error)).not.toMatch(/very-secret-key|image bytes/);
	});
});

describe('the error of an item that was not sent', () => {
	test('says so, and why, with its own item', () => {
		const error = skippedError(node, 12, withStatus(401));
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'Not sent to Kairos. Kairos rejected the App ID or App Key [item 12]',
			description: 'Check App ID and App Key in the Kairos credential.',
			httpCode: '401',
			context: { itemIndex: 12 },
			failure: { cause: 'credential-invalid' },
		});
	});

	test('keeps the wait that Kairos asked for', () => {
		const reason = httpError({ status: 429, serverMessage: '', retryAfterMs: 5000 });
		const { failure } = skippedError(node, 1, reason);
		expect(failure).toEqual({ cause: 'rate-limited', retryAfterMs: 5000 });
	});

	test('has no status where its reason has none', () => {
		const canceled = new KairosError({
			code: 'UNAVAILABLE',
			message: 'Canceled',
			description: 'Run it again',
		});
		const error = skippedError(node, 1, canceled);
		expect(error).toMatchObject({
			message: 'Not sent to Kairos. Canceled [item 1]',
			httpCode: null,
		});
		expect(error.failure).toBeUndefined();
	});

	test('is one to correct when its reason is', () => {
		const reason = new InputError({
			code: 'NO_PARTNER',
			message: 'No file',
			description: 'Add one',
		});
		const error = skippedError(node, 1, reason);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'Not sent to Kairos. No file [item 1]',
			description: 'Add one',
			failure: { cause: 'configuration-invalid' },
		});
	});

	test('keeps brackets that belong to the message', () => {
		const reason = new InputError({
			code: 'NO_PARTNER',
			message: 'No file in "a [item 5]"',
			description: 'Add one',
		});
		expect(skippedError(node, 1, reason).message).toBe(
			'Not sent to Kairos. No file in "a [item 5]" [item 1]',
		);
	});

	test.each(WORDS_OF_N8N)('keeps its message also when it holds %s', (word) => {
		const message = `No response from ${word}`;
		for (const reason of [
			new InputError({ code: 'NO_PARTNER', message, description: 'Add one' }),
			new KairosError({ code: 'UNAVAILABLE', message, description: 'Wait' }),
		]) {
			expect(skippedError(node, 1, reason).message).toBe(
				`Not sent to Kairos. No response from ${word} [item 1]`,
			);
		}
	});
});

describe('an error as a text', () => {
	test('says what happened and how to go on', () => {
		expect(errorText(inputError(3, 'No file', 'Add one.'))).toBe('No file [item 3]. Add one.');
	});

	test('says what happened with one period, however it came', () => {
		expect(errorText(inputError(3, 'No file.', 'Add one.'))).toBe('No file [item 3]. Add one.');
	});

	test('says only what happened where there is nothing to add', () => {
		const error = new KairosError({
			code: 'UNAVAILABLE',
			message: 'Kairos is down',
			description: '',
		});
		expect(errorText(itemError(node, 3, error))).toBe('Kairos is down [item 3]');
	});
});
