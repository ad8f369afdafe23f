import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { RUNTIME } from './scripts/paths.mts';

/** Debian's. Where there is none, Playwright takes its own: `npx playwright install chromium`. */
const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);

/** For a machine that does much else. */
const PAGE_WITHIN_MS = 120_000;
const ELEMENT_WITHIN_MS = 30_000;

export default defineConfig({
	testDir: 'test/e2e',
	testMatch: '*.spec.mts',
	globalSetup: './test/e2e/globalSetup.mts',
	outputDir: join(RUNTIME, 'e2e', 'failed'),
	reporter: [['list'], ['html', { open: 'never', outputFolder: join(RUNTIME, 'e2e', 'report') }]],
	forbidOnly: process.env['CI'] !== undefined,
	// Each has an n8n of its own, which alone keeps a core busy.
	workers: 1,
	timeout: 300_000,
	expect: { timeout: ELEMENT_WITHIN_MS },
	use: {
		viewport: { width: 1440, height: 900 },
		colorScheme: 'light',
		actionTimeout: ELEMENT_WITHIN_MS,
		navigationTimeout: PAGE_WITHIN_MS,
		testIdAttribute: 'data-test-id',
		// A trace takes a core. Its snapshots of the page show each step also without screenshots.
		trace: { mode: 'on-first-retry', screenshots: false },
		// What films comes with Playwright's own browser.
		video: hasChromium ? 'off' : 'on-first-retry',
		launchOptions: {
			...(hasChromium && { executablePath: CHROMIUM }),
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
				// A container's /dev/shm is often too small for a page of n8n's editor.
				'--disable-dev-shm-usage',
			],
		},
	},
});
