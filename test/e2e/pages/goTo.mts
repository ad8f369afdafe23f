import type { Page } from '@playwright/test';

/**
 * Shows another page of n8n's editor. To load the editor takes a browser ten seconds, so only the
 * first call does; from then on its router gets there, as it does when somebody goes back.
 */
export async function goTo(page: Page, path: string): Promise<void> {
	if (page.url() === 'about:blank') await page.goto(path);
	else
		await page.evaluate(
			`history.pushState(null, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`,
		);
}
