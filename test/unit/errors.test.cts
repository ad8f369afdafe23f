import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { inWords, inputError, itemErrorOf, notSentError } from '../../nodes/BiometricVerify/errors';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { failureOfStatus } from '../../nodes/BiometricVerify/kairos/statuses';
import { nodeWith } from '../support/context.cts';

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

describe('an error that the builder can mend', () => {
	test('says what happened, at which item, and how to go on', () => {
		const error = inputError(node, 7, 'The file of the selfie is empty', 'Check the step');
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'The file of the selfie is empty [item 7]',
			description: 'Check the step',
			context: { itemIndex: 7 },
			failure: { cause: 'configuration-invalid' },
			node,
		});
	});

	test.each(WORDS_OF_N8N)('keeps its message also when a name in it holds %s', (word) => {
		for (const name of [word, `my${word.toLowerCase()}field`]) {
			const message = `The item has no file in the field "${name}"`;
			expect(inputError(node, 0, message, 'Correct it').message).toBe(`${message} [item 0]`);
		}
	});

	test('keeps its message when a field is called typeperm, which holds eperm', () => {
		const message = 'The item has no file in the field "typeperm"';
		expect(inputError(node, 0, message, '').message).toBe(`${message} [item 0]`);
	});
});

describe('a failure of Kairos', () => {
	const failure = (facts: Partial<ConstructorParameters<typeof KairosFailure>[0]> = {}) =>
		new KairosFailure({ message: 'Kairos has a fault', wayOut: 'Try again later', ...facts });

	test('becomes an API error with its item, its status and its way out', () => {
		const error = itemErrorOf(node, 3, failure({ httpCode: 503 }));
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'Kairos has a fault [item 3]',
			description: 'Try again later',
			httpCode: '503',
			context: { itemIndex: 3 },
			node,
		});
	});

	test('has no status where Kairos gave none', () => {
		expect(itemErrorOf(node, 0, failure())).toMatchObject({ httpCode: null });
	});

	test.each([
		'rate-limited',
		'quota-exhausted',
		'temporarily-unavailable',
		'credential-invalid',
		'configuration-invalid',
	] as const)('tells n8n its cause: %s', (cause) => {
		expect(itemErrorOf(node, 0, failure({ cause })).failure).toEqual({ cause });
	});

	test.each(['rate-limited', 'quota-exhausted', 'temporarily-unavailable'] as const)(
		'tells n8n how long to wait when its cause is %s',
		(cause) => {
			const error = itemErrorOf(node, 0, failure({ cause, retryAfterMs: 5000 }));
			expect(error.failure).toEqual({ cause, retryAfterMs: 5000 });
		},
	);

	test.each(['credential-invalid', 'configuration-invalid'] as const)(
		'tells n8n no wait when its cause is %s, because waiting helps nobody',
		(cause) => {
			const error = itemErrorOf(node, 0, failure({ cause, retryAfterMs: 5000 }));
			expect(error.failure).toEqual({ cause });
		},
	);

	test('tells n8n no cause where it has none', () => {
		expect(itemErrorOf(node, 0, failure()).failure).toBeUndefined();
	});

	test.each([301, 401, 402, 403, 404, 429, 500, 502, 503, 504])(
		'keeps its own words for the status %i, where n8n has others',
		(status) => {
			const { message, wayOut } = failureOfStatus({ status, said: 'something' });
			const error = itemErrorOf(node, 1, failureOfStatus({ status, said: 'something' }));
			expect(error.message).toBe(`${message} [item 1]`);
			expect(error.description).toBe(wayOut);
		},
	);

	test.each(WORDS_OF_N8N)('keeps its message also when a host in it holds %s', (word) => {
		const message = `The connection to ${word.toLowerCase()}.example failed`;
		expect(itemErrorOf(node, 0, failure({ message })).message).toBe(`${message} [item 0]`);
	});
});

describe('any other error', () => {
	test('of the node for this item is passed on as it is', () => {
		const error = inputError(node, 2, 'Wrong', 'Mend it');
		expect(itemErrorOf(node, 2, error)).toBe(error);
	});

	test.each([
		['to mend', inputError(node, 5, 'No file', 'Add one'), NodeOperationError],
		['of the API', itemErrorOf(node, 5, failureOfStatus({ status: 401, said: '' })), NodeApiError],
	])('of another item (%s) is the reason why this one was not sent', (_what, error, kind) => {
		const own = itemErrorOf(node, 2, error);
		expect(own).toBeInstanceOf(kind);
		expect(own.message).toMatch(/^Not sent to Kairos\. [^[]+ \[item 2\]$/);
		expect(own.context.itemIndex).toBe(2);
	});

	test('of n8n, which names no item, gets the item', () => {
		const error = new NodeOperationError(node, 'Node does not have any credentials set', {
			description: 'Choose one',
		});
		expect(itemErrorOf(node, 4, error)).toMatchObject({
			message: 'Node does not have any credentials set [item 4]',
			description: 'Choose one',
			context: { itemIndex: 4 },
		});
	});

	test('of the language gets the item, and says that nothing was sent', () => {
		expect(itemErrorOf(node, 0, new TypeError('x is not a function'))).toMatchObject({
			message: 'x is not a function [item 0]',
			description: 'Nothing was sent to Kairos for this item.',
		});
	});

	test.each<[what: string, thrown: unknown]>([
		['a text', 'EPERM'],
		['nothing', undefined],
		['null', null],
		['an object', { message: 'x' }],
	])('that is none (%s) becomes one', (_what, thrown) => {
		expect(itemErrorOf(node, 9, thrown).message).toBe('The item could not be verified [item 9]');
	});

	test('leaves behind what an HTTP client attached: keys and pictures', () => {
		const attached = {
			config: { headers: { app_key: 'very-secret-key' }, data: Buffer.from('picture') },
			request: { app_key: 'very-secret-key' },
			cause: new Error('very-secret-key'),
		};
		const error = itemErrorOf(node, 0, Object.assign(new Error('Failed'), attached));
		expect(everythingIn(error)).not.toMatch(/very-secret-key|picture/);
	});
});

describe('the error of an item that was not sent', () => {
	test('says so, and why, with its own item', () => {
		const reason = itemErrorOf(node, 3, failureOfStatus({ status: 401, said: '' }));
		const error = notSentError(node, 12, reason);
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'Not sent to Kairos. Kairos does not accept the keys [item 12]',
			description: 'Check App ID and App Key in the Kairos credential.',
			httpCode: '401',
			context: { itemIndex: 12 },
			failure: { cause: 'credential-invalid' },
		});
	});

	test('keeps the wait that Kairos asked for', () => {
		const facts = { status: 429, said: '', retryAfterMs: 5000 };
		const error = notSentError(node, 1, itemErrorOf(node, 0, failureOfStatus(facts)));
		expect(error.failure).toEqual({ cause: 'rate-limited', retryAfterMs: 5000 });
	});

	test('has no status where its reason has none', () => {
		const cancelled = new KairosFailure({ message: 'Cancelled', wayOut: 'Run it again' });
		const error = notSentError(node, 1, itemErrorOf(node, 0, cancelled));
		expect(error).toMatchObject({
			message: 'Not sent to Kairos. Cancelled [item 1]',
			httpCode: null,
		});
		expect(error.failure).toBeUndefined();
	});

	test('is one to mend when its reason is', () => {
		const error = notSentError(node, 1, inputError(node, 0, 'No file', 'Add one'));
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'Not sent to Kairos. No file [item 1]',
			description: 'Add one',
			failure: { cause: 'configuration-invalid' },
		});
	});

	test('keeps brackets that belong to the message', () => {
		const reason = inputError(node, 0, 'No file in "a [item 5]"', 'Add one');
		expect(notSentError(node, 1, reason).message).toBe(
			'Not sent to Kairos. No file in "a [item 5]" [item 1]',
		);
	});

	test.each(WORDS_OF_N8N)('keeps its message also when it holds %s', (word) => {
		const mendable = inputError(node, 0, `No file in "${word}"`, 'Add one');
		const failure = new KairosFailure({ message: `No answer from ${word}`, wayOut: 'Wait' });
		expect(notSentError(node, 1, mendable).message).toBe(
			`Not sent to Kairos. No file in "${word}" [item 1]`,
		);
		expect(notSentError(node, 1, itemErrorOf(node, 0, failure)).message).toBe(
			`Not sent to Kairos. No answer from ${word} [item 1]`,
		);
	});
});

describe('an error in words', () => {
	test('says what happened and how to go on', () => {
		expect(inWords(inputError(node, 3, 'No file', 'Add one.'))).toBe('No file [item 3]. Add one.');
	});

	test('says only what happened where there is nothing to add', () => {
		expect(inWords(inputError(node, 3, 'No file', ''))).toBe('No file [item 3]');
	});
});

/** All that an error carries, also what is not enumerable, as one text. */
function everythingIn(value: unknown, seen = new Set<unknown>()): string {
	if (typeof value !== 'object' || value === null) return String(value);
	if (seen.has(value)) return '';
	seen.add(value);
	if (Buffer.isBuffer(value)) return value.toString('latin1');
	return Reflect.ownKeys(value)
		.map((key) => `${String(key)}: ${everythingIn(Reflect.get(value, key), seen)}`)
		.join('\n');
}
