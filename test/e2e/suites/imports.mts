import assert from 'node:assert/strict';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import { EXAMPLES, type Example, idOf, loadExample } from '../examples.mts';
import { Editor } from '../pages/editor.mts';
import { keepScreenshot } from '../screenshots.mts';
import type { Stage } from '../stage.mts';
import type { Suite, Test } from '../tests.mts';

/** Whether each file in `examples/` can be imported and used as it is. */
export function importSuite(stage: Stage): Suite {
	return {
		title: 'The examples, imported',
		tests: EXAMPLES.flatMap((example): Test[] => [
			[`${example}: n8n knows each of its node types`, () => knowsNodeTypes(stage, example)],
			[
				`${example}: it needs no credential but Kairos, which n8n finds by its name`,
				() => findsCredential(stage, example),
			],
			[`${example}: the editor shows it, explained by sticky notes`, () => isShown(stage, example)],
		]),
	};
}

async function knowsNodeTypes({ client }: Stage, example: Example): Promise<void> {
	for (const { type, typeVersion } of loadExample(example).nodes) {
		assert.ok(await client.hasNodeType(type, typeVersion), `${type} ${typeVersion} is not known`);
	}
}

async function findsCredential(stage: Stage, example: Example): Promise<void> {
	const { client, session, credentialId } = stage;
	const workflow = loadExample(example);
	const named = workflow.nodes.flatMap(({ credentials }) => Object.entries(credentials ?? {}));
	assert.deepEqual(named, [['kairosApi', { name: 'Kairos API' }]]);

	await client.saveWorkflow(workflow);
	const { nodes } = await session.call<Workflow>('GET', `/rest/workflows/${idOf(example)}`);
	const found = nodes.flatMap(({ credentials }) => Object.values(credentials ?? {}));
	assert.deepEqual(found, [{ id: credentialId, name: 'Kairos API' }]);
}

async function isShown(stage: Stage, example: Example): Promise<void> {
	const { nodes } = loadExample(example);
	const notes = nodes.filter(({ type }) => type.endsWith('.stickyNote'));
	assert.ok(notes.length >= 3, `${example} has ${notes.length} sticky notes`);

	const editor = new Editor(await stage.ownerPage(), stage.n8nUrl);
	await editor.open(idOf(example));
	for (const { name, type } of nodes) {
		if (!type.endsWith('.stickyNote')) await editor.node(name).waitFor();
	}
	const shown = await editor.page.locator('[data-test-id="sticky"]').count();
	assert.equal(shown, notes.length);
	await keepScreenshot(await editor.canvasOnly(), `example-${example}`);
}
