import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { startN8n } from '../../scripts/n8n/server.mts';
import { temporaryFolder } from '../../scripts/paths.mts';
import { findFreePort } from '../../scripts/ports.mts';
import { expect, test } from './fixtures.mts';

const KNOCK_MS = 20;
const SUCCESS = 'n8n has a new owner';

test.describe('An n8n that the scripts start', () => {
	test('while it starts, nobody can make themselves its owner', async () => {
		const port = await findFreePort();
		const installation = await ensureN8n();
		const starting = startN8n({ installation, userFolder: temporaryFolder('login'), port });
		const claims = new Set<string>();
		const knocking = new AbortController();
		const knock = async () => {
			for (; !knocking.signal.aborted; await sleep(KNOCK_MS)) {
				claims.add(await claim(`http://127.0.0.1:${port}`));
			}
		};
		const knocked = knock();
		const { url, owner, process } = await starting;
		await sleep(10 * KNOCK_MS);
		knocking.abort();
		await knocked;
		await new N8nClient(url).logIn(owner);
		await process.stop();
		expect(claims).toContain('Instance owner already setup');
		expect(claims).not.toContain(SUCCESS);
	});

	test('only the user who started it can read its password and its data', ({ n8n }) => {
		const { password, passwordFile } = n8n.owner;
		expect(password).toMatch(/^[\w-]{20}$/);
		expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
		expect(statSync(dirname(passwordFile)).mode & 0o777).toBe(0o700);
	});

	test('not even its owner can install packages, which would run as its user', async ({ n8n }) => {
		const installing = n8n.client.call('POST', '/rest/community-packages', {
			name: 'n8n-nodes-anything',
		});
		await expect(installing).rejects.toThrow(/cannot be modified/);
	});
});

/** Tries to become the owner, as the empty set-up page does. Gives n8n's word on it, if any. */
async function claim(url: string): Promise<string> {
	try {
		const response = await fetch(`${url}/rest/owner/setup`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				email: 'stranger@example.com',
				password: 'A-strangers-1',
				firstName: 'A',
				lastName: 'Stranger',
			}),
		});
		const { data, message } = (await response.json()) as { data?: object; message?: string };
		return data ? SUCCESS : String(message);
	} catch {
		// No connection yet, or the page that says that n8n is starting.
		return '';
	}
}
