/**
 * `npm run test:e2e -- --config playwright.screenshots.mts`: takes the images in docs/images again,
 * with twice the pixels, so that they are sharp on a good screen at the width of a README.
 */
import { defineConfig } from '@playwright/test';
import base from './playwright.config.mts';
import type { DocsOptions } from './test/e2e/fixtures.mts';

export default defineConfig<object, DocsOptions>({
	...base,
	grep: /@docs/,
	use: { ...base.use, deviceScaleFactor: 2, updatesDocs: true },
});
