import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..', '..');

test('docs/kairos-api.md says what the table of assumptions says', () => {
	const docs = pathToFileURL(join(root, 'scripts', 'checkKairos', 'docs.mts')).href;
	// Outside jest, whose module loader prettier does not get along with.
	const text = execFileSync(process.execPath, [
		'--input-type=module',
		'--eval',
		`process.stdout.write(await (await import('${docs}')).docs())`,
	]).toString();
	// Is it not? Then: npm run check:kairos -- --write-docs
	expect(readFileSync(join(root, 'docs', 'kairos-api.md'), 'utf8')).toBe(text);
});
