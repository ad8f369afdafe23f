import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import outputSchema from '../../../nodes/BiometricVerify/__schema__/v1.0.0.json';
import { type CodeFacts, ERROR_CODES } from '../../../nodes/BiometricVerify/errors/codes';

const ROOT = join(__dirname, '..', '..', '..');
const docs = readFileSync(join(ROOT, 'docs', 'result.md'), 'utf8');
const codes = Object.entries<CodeFacts>(ERROR_CODES);

test('the codes are those of the contract', () => {
	expect(Object.keys(ERROR_CODES)).toEqual([
		...['INVALID_SETTING', 'INVALID_CREDENTIAL'],
		...['NO_PARTNER', 'DUPLICATE_KEY', 'MISSING_KEY', 'UNUSABLE_KEY'],
		...['FILE_NOT_FOUND', 'FILE_NOT_ALLOWED', 'FILE_GONE'],
		...['SAME_FILE', 'REPEATED_FILES', 'NOT_ONE_PERSON'],
		...['EMPTY_FILE', 'NOT_AN_IMAGE', 'FILE_TOO_LARGE'],
		...['INVALID_KEYS', 'PAYMENT_REQUIRED', 'FORBIDDEN', 'PROXY_AUTHENTICATION'],
		...['WRONG_ADDRESS', 'REFUSED_REQUEST', 'RATE_LIMITED', 'UNAVAILABLE', 'SERVER_ERROR'],
		...['TIMEOUT', 'CONNECTION_LOST', 'UNREADABLE_RESPONSE', 'NOT_SENT', 'CANCELED'],
		'INTERNAL_ERROR',
	]);
});

test.each(codes)('the docs explain %s at an anchor of its own', (code, facts) => {
	const row = docs.split('\n').find((line) => line.includes(`<a id="${code.toLowerCase()}"></a>`));
	const [, first = '', , retryable, mayBeBilled, cause] = row?.split('|') ?? [];
	expect(first).toContain(`\`${code}\``);
	expect(retryable?.trim()).toMatch(facts.retryable ? /^yes/ : /^no/);
	expect(mayBeBilled?.trim()).toMatch(facts.mayBeBilled ? /^yes/ : /^no/);
	if (code !== 'NOT_SENT') expect(cause?.trim()).toBe(facts.cause ? `\`${facts.cause}\`` : '');
});

test('the docs say that new codes may come', () => {
	expect(docs).toContain('New codes may come');
});

test('the output schema lists the codes', () => {
	const { error } = outputSchema.properties.verification.properties;
	expect(error.properties.code.enum).toEqual(Object.keys(ERROR_CODES));
});
