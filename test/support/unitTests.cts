import { globSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', 'unit');

// As one file for jest, which loads itself anew for each: for a mutant, that takes longer than its
// tests.
for (const file of globSync(process.env.UNIT_TESTS ?? '**/*.test.cts', { cwd: FOLDER })) {
	describe(file, () => {
		jest.requireActual(join(FOLDER, file));
	});
}
