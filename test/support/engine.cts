import { join } from 'node:path';
import type { INodeExecutionData, INodeType, INodeTypeDescription, IRun } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { Engine, type RunOptions, type TestWorkflow } from '../../scripts/n8n/engine.mts';

export {
	BIOMETRIC_VERIFY,
	ITEMS,
	itemsNode,
	outputsOf,
	type TestFile,
	type TestItem,
	type TestWorkflow,
} from '../../scripts/n8n/engine.mts';

const root = join(__dirname, '..', '..');

/** Where the packages of the oldest engine are, when the tests are to run in that. */
const { ENGINE_PACKAGES } = process.env;
const engine = new Engine({ packages: ENGINE_PACKAGES ?? root, dist: join(root, 'dist') });

export const { BiometricVerify } = engine;

/** Whether the tests run in the oldest release of n8n that the node supports, not in the newest. */
export const isOldest = ENGINE_PACKAGES !== undefined;

/** A type of nodes that does this. */
export function nodeType(
	execute: INodeType['execute'],
	inputs: INodeTypeDescription['inputs'] = [NodeConnectionTypes.Main],
): INodeType {
	const names = { displayName: 'Step', name: 'step', defaults: { name: 'Step' } };
	const facts = { ...names, group: ['transform' as const], version: 1, description: 'A step' };
	const outputs = [NodeConnectionTypes.Main];
	return { description: { ...facts, inputs, outputs, properties: [] }, execute };
}

/** A step that makes new items of those that it gets, as a Code node does. */
export function stepThat(make: (items: INodeExecutionData[]) => INodeExecutionData[]): INodeType {
	return nodeType(function () {
		return Promise.resolve([make(this.getInputData())]);
	});
}

/** Runs a workflow in n8n's own engine, without a server, from its first node on. */
export async function runWorkflow(workflow: TestWorkflow, options: RunOptions): Promise<IRun> {
	return await engine.run(workflow, options);
}

if (typeof afterAll === 'function') afterAll(async () => await engine.dispose());
