import { join } from 'node:path';
import type { IExecuteFunctions, INodeExecutionData, INodeType, IRun } from 'n8n-workflow';
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

/** A step that makes new items of those that it gets, as a Code node does. */
export function stepThat(make: (items: INodeExecutionData[]) => INodeExecutionData[]): INodeType {
	return {
		description: {
			displayName: 'New Items',
			name: 'newItems',
			group: ['transform'],
			version: 1,
			description: 'Makes new items',
			defaults: { name: 'New Items' },
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		execute(this: IExecuteFunctions) {
			return Promise.resolve([make(this.getInputData())]);
		},
	};
}

/** Runs a workflow in n8n's own engine, without a server, from its first node on. */
export async function runWorkflow(workflow: TestWorkflow, options: RunOptions): Promise<IRun> {
	return await engine.run(workflow, options);
}

if (typeof afterAll === 'function') afterAll(async () => await engine.dispose());
