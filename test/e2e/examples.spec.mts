import type { Workflow, WorkflowNode } from '../../scripts/n8n/rest.mts';
import { EXAMPLES, idOf, loadExample } from './examples.mts';
import { expect, test } from './fixtures.mts';

const AT_MOST_NODES = 25;
/** Larger than a note. */
const APART = 1000;
const START: WorkflowNode = {
	id: 'start',
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	position: [-APART, 0],
	parameters: {},
};

for (const example of EXAMPLES) {
	const { nodes } = loadExample(example);
	const notes = notesAmong(nodes);

	test(`n8n knows each node type of ${example}, and finds the Kairos credential by its name`, async ({
		n8n,
	}) => {
		const nodeInfos = nodes.map(({ type: name, typeVersion: version }) => ({ name, version }));
		await n8n.client.call('POST', '/rest/node-types', { nodeInfos });
		await n8n.client.saveWorkflow(loadExample(example));
		const path = `/rest/workflows/${idOf(example)}`;
		const stored = await n8n.client.call<Workflow>('GET', path);
		const found = stored.nodes.flatMap(({ credentials }) => credentials?.['kairosApi'] ?? []);
		const verifies = nodes.some(({ type }) => type.endsWith('.biometricVerify'));
		expect(found).toEqual(verifies ? [{ id: n8n.credentialId, name: 'Kairos API' }] : []);
	});

	test(`the first note of ${example} says who can call it, what that costs, what to set up in five steps, and the oldest n8n`, () => {
		const first = String(notes[0]?.parameters['content']);
		expect(first).toMatch(/can (call|start|decide)|can be called|nobody else can/);
		expect(first).toMatch(/cost|verifications/);
		expect(first).toContain('n8n 2.11');
		const steps = first.match(/^\d\. /gm) ?? [];
		expect(steps.length).toBeGreaterThanOrEqual(2);
		expect(steps.length).toBeLessThanOrEqual(5);
	});

	test(`${example} is small, has no code, and branches by codes, never by the words of an error`, () => {
		expect(nodes.length - notes.length).toBeLessThanOrEqual(AT_MOST_NODES);
		expect(nodes.filter(({ type }) => type.endsWith('.code'))).toEqual([]);
		const branching = nodes.filter(({ type }) => /\.(if|switch|filter)$/.test(type));
		expect(JSON.stringify(branching.map(({ parameters }) => parameters))).not.toMatch(
			/\.(message|summary|description)\b|json\.error\b|"regex"/,
		);
	});
}

test('the editor shows all of the text of each note', async ({ n8n, editor }) => {
	const notes = EXAMPLES.flatMap((example, row) =>
		notesAmong(loadExample(example).nodes).map((note, column) => ({
			...note,
			name: `${example} ${column}`,
			position: [column * APART, row * APART] satisfies WorkflowNode['position'],
		})),
	);
	const id = 'notesOfAll';
	const all = { id, name: 'The notes of all examples', connections: {}, settings: {} };
	await n8n.client.saveWorkflow({ ...all, nodes: [START, ...notes] });
	await editor.open(id);
	await expect(editor.stickyNotes).toHaveCount(notes.length);
	expect(notes.length).toBeGreaterThan(2 * EXAMPLES.length);
	expect(await editor.clippedNotes()).toEqual([]);
});

test('no example uses what n8n 3 removes', async ({ n8n }) => {
	const path = '/rest/breaking-changes/report/refresh?version=v3';
	const report = JSON.stringify(await n8n.client.call('POST', path, {}));
	for (const example of EXAMPLES) expect(report).not.toContain(idOf(example));
});

function notesAmong(nodes: readonly WorkflowNode[]): WorkflowNode[] {
	return nodes.filter(({ type }) => type.endsWith('.stickyNote'));
}
