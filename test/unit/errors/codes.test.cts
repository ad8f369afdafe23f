import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import outputSchema from '../../../nodes/BiometricVerify/__schema__/v1.0.0.json';
import { type CodeFacts, ERROR_CODES } from '../../../nodes/BiometricVerify/errors/codes';

const ROOT = join(__dirname, '..', '..', '..');
const docs = readFileSync(join(ROOT, 'docs', 'result.md'), 'utf8');
const codes = Object.entries<CodeFacts>(ERROR_CODES);

test.each(codes)('the docs explain %s at an anchor of its own', (code, facts) => {
	const row = docs.split('\n').find((line) => line.includes(`<a id="${code.toLowerCase()}"></a>`));
	const [, first = '', , retryable, mayBeBilled, cause] = row?.split('|') ?? [];
	expect(first).toContain(`\`${code}\``);
	expect(retryable?.trim()).toMatch(facts.retryable ? /^yes/ : /^no/);
	expect(mayBeBilled?.trim()).toMatch(facts.mayBeBilled ? /^yes/ : /^no/);
	if (code !== 'NOT_SENT') expect(cause?.trim()).toBe(facts.cause ? `\`${facts.cause}\`` : '');
});

test('the output schema lists the codes', () => {
	const { error } = outputSchema.properties.verification.properties;
	expect(error.properties.code.enum).toEqual(Object.keys(ERROR_CODES));
});
