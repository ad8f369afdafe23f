import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from './fixtures.mts';

test.describe('An n8n that the scripts start', () => {
	test.skip(Boolean(process.env['E2E_N8N']), 'This n8n was started by somebody else.');

	test('nobody can make themselves its owner', async ({ n8n }) => {
		const claim = { email: 'stranger@example.com', password: 'A-strangers-1' };
		const response = await fetch(`${n8n.url}/rest/owner/setup`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ ...claim, firstName: 'A', lastName: 'Stranger' }),
		});
		expect(response.status).toBe(400);
		expect(await response.text()).toContain('Instance owner already setup');
	});

	test('only the user who started it can read its password and its data', ({ n8n }) => {
		const folder = dirname(n8n.files);
		const passwordFile = join(folder, 'password.txt');
		expect(readFileSync(passwordFile, 'utf8')).toMatch(/^[\w-]{20}$/);
		expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
		expect(statSync(folder).mode & 0o777).toBe(0o700);
	});

	test('not even its owner can install packages, which would run as its user', async ({ n8n }) => {
		const name = 'n8n-nodes-anything';
		const installing = n8n.client.call('POST', '/rest/community-packages', { name });
		await expect(installing).rejects.toThrow(/cannot be modified/);
	});
});
