import type { Workflow } from '../../scripts/n8n/rest.mts';
import { EXAMPLES, idOf, loadExample } from './examples.mts';
import { expect, test } from './fixtures.mts';

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
			const stored = await n8n.client.session.call<Workflow>('GET', path);
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
		});
	});
}
