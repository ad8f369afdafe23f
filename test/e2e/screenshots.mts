import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { ROOT, RUNTIME } from '../../scripts/paths.mts';

const FOLDER = join(RUNTIME, 'screenshots');
const DOCS_FOLDER = join(ROOT, 'docs', 'images');

/** Removes the screenshots of an earlier run. */
export function clearScreenshots(): void {
	rmSync(FOLDER, { recursive: true, force: true });
	mkdirSync(FOLDER, { recursive: true });
}

/** Keeps a picture of what the browser shows, for people to look at. */
export async function keepScreenshot(shown: Page | Locator, name: string): Promise<void> {
	const options = 'goto' in shown ? { fullPage: true } : {};
	const path = join(FOLDER, `${name}.png`);
	await shown.screenshot({ ...options, path, animations: 'disabled' });
}

/**
 * Keeps a picture that the documentation shows. It replaces the one in the documentation only when
 * the environment variable UPDATE_DOCS is set: two runs never give the very same pixels.
 */
export async function keepDocsScreenshot(shown: Page | Locator, name: string): Promise<void> {
	await keepScreenshot(shown, name);
	if (process.env['UPDATE_DOCS'] === undefined) return;
	mkdirSync(DOCS_FOLDER, { recursive: true });
	await sharp(join(FOLDER, `${name}.png`))
		.png({ palette: true, quality: 90, effort: 10 })
		.toFile(join(DOCS_FOLDER, `${name}.png`));
}
