import type { Workflow } from '../../scripts/n8n/rest.mts';
import { EXAMPLES, idOf, loadExample } from './examples.mts';
import { expect, test } from './fixtures.mts';

const AT_MOST_NODES = 25;

for (const example of EXAMPLES) {
	test.describe(`The example ${example}, imported`, () => {
		const { nodes } = loadExample(example);
		const notes = nodes.filter(({ type }) => type.endsWith('.stickyNote'));

		test('n8n knows each of its node types', async ({ n8n }) => {
			for (const { type, typeVersion } of nodes) {
				expect(await n8n.client.hasNodeType(type, typeVersion), `${type} ${typeVersion}`).toBe(
					true,
				);
			}
		});

		test('n8n finds the Kairos credential by its name', async ({ n8n }) => {
			await n8n.client.saveWorkflow(loadExample(example));
			const path = `/rest/workflows/${idOf(example)}`;
			const stored = await n8n.client.call<Workflow>('GET', path);
			const found = stored.nodes.flatMap(({ credentials }) => credentials?.['kairosApi'] ?? []);
			const verifies = nodes.some(({ type }) => type.endsWith('.biometricVerify'));
			expect(found).toEqual(verifies ? [{ id: n8n.credentialId, name: 'Kairos API' }] : []);
		});

		test('the editor shows it, explained by sticky notes', async ({ n8n, editor }) => {
			await n8n.client.saveWorkflow(loadExample(example));
			await editor.open(idOf(example));
			for (const { name, type } of nodes) {
				if (!type.endsWith('.stickyNote')) await expect(editor.node(name)).toBeVisible();
			}
			expect(notes.length).toBeGreaterThanOrEqual(2);
			await expect(editor.stickyNotes).toHaveCount(notes.length);
			expect(await editor.clippedNotes()).toEqual([]);
		});

		test('its first note says who can call it, what that costs, what to set up in five steps, and the oldest n8n', () => {
			const first = String(notes[0]?.parameters['content']);
			expect(first).toMatch(/can (call|start|decide)|can be called|nobody else can/);
			expect(first).toMatch(/cost|verifications/);
			expect(first).toContain('n8n 2.11');
			const steps = first.match(/^\d\. /gm) ?? [];
			expect(steps.length).toBeGreaterThanOrEqual(2);
			expect(steps.length).toBeLessThanOrEqual(5);
		});

		test('it is small, has no code, and branches by codes, never by the words of an error', () => {
			expect(nodes.length - notes.length).toBeLessThanOrEqual(AT_MOST_NODES);
			expect(nodes.filter(({ type }) => type.endsWith('.code'))).toEqual([]);
			const branching = nodes.filter(({ type }) => /\.(if|switch|filter)$/.test(type));
			expect(JSON.stringify(branching.map(({ parameters }) => parameters))).not.toMatch(
				/\.(message|summary|description)\b|json\.error\b|"regex"/,
			);
		});
	});
}

test('no example uses what n8n 3 removes', async ({ n8n }) => {
	const path = '/rest/breaking-changes/report/refresh?version=v3';
	const report = JSON.stringify(await n8n.client.call('POST', path, {}));
	for (const example of EXAMPLES) expect(report).not.toContain(idOf(example));
});
