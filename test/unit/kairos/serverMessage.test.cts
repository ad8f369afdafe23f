import { readServerMessage } from '../../../nodes/BiometricVerify/kairos/serverMessage';

const UUID = '601d8377-03be-481e-a314-d61675154d3e';
const KEY = 'Q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6';

test.each<[what: string, body: unknown, said: string]>([
	['its message', { message: 'quota is used up' }, 'quota is used up'],
	['its message in any case', { Message: 'quota is used up' }, 'quota is used up'],
	['its error', { error: 'no such app' }, 'no such app'],
	['its error where the message is empty', { message: '', error: 'E1' }, 'E1'],
	['the message of its error', { error: { message: 'no such app' } }, 'no such app'],
	['its first error', { Errors: [{ ErrCode: 5002, Message: 'no faces' }, 'x'] }, 'no faces'],
	['the detail that Python frameworks give', { detail: 'Not found' }, 'Not found'],
	['the text that it is', 'Not found', 'Not found'],
	['letters of all scripts', { message: 'ungültige Größe 中文 é' }, 'ungültige Größe 中文 é'],
	['no white space around it', { message: ' no \n' }, 'no'],
	['at most 200 characters', { message: 'ab '.repeat(200) }, 'ab '.repeat(200).slice(0, 200)],
	['a UUID', { message: `request ${UUID}, failed` }, `request ${UUID}, failed`],
	['24 characters in a row', { message: 'x'.repeat(24) }, 'x'.repeat(24)],
])('the words of a service are shown: %s', (_what, body, said) => {
	expect(readServerMessage(body)).toBe(said);
});

test.each<[what: string, message: unknown]>([
	['nothing', undefined],
	['an object', { text: 'x' }],
	['an empty list', []],
	['several lines', 'Traceback:\n  line 1'],
	['bytes', 'a\u0000b'],
	['25 characters behind those that are shown', `${'ab '.repeat(100)}${'x'.repeat(25)}`],
	['a key', `unknown key ${KEY}`],
	['a key in Base64', Buffer.from(KEY).toString('base64')],
	['a percent-encoded key', [...Buffer.from(KEY)].map((byte) => `%${byte.toString(16)}`).join('')],
	['two UUIDs as one word, and more', `${UUID}${UUID}${'x'.repeat(25)}`],
])('the words of a service are not shown when they are %s', (_what, message) => {
	expect(readServerMessage({ message })).toBe('');
});

test('the words of a service are not looked for in 100,000 levels', () => {
	let body: unknown = 'deep';
	for (let level = 0; level < 100_000; level++) body = { error: body };
	expect(readServerMessage(body)).toBe('');
});
