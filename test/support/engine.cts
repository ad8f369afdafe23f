import { join } from 'node:path';
import type { IRun } from 'n8n-workflow';
import { Engine, type RunOptions, type TestWorkflow } from '../../scripts/n8n/engine.mts';

export {
	BIOMETRIC_VERIFY,
	ITEMS,
	outputsOf,
	type TestFile,
	type TestItem,
	type TestWorkflow,
} from '../../scripts/n8n/engine.mts';

const root = join(__dirname, '..', '..');
const engine = new Engine({ packages: root, dist: join(root, 'dist') });

export const { BiometricVerify } = engine;

/** Runs a workflow in n8n's own engine, without a server, from its first node on. */
export async function runWorkflow(workflow: TestWorkflow, options: RunOptions): Promise<IRun> {
	return await engine.run(workflow, options);
}

/** To be called before a process ends that has run workflows. */
export async function disposeEngine(): Promise<void> {
	await engine.dispose();
}
if (typeof afterAll === 'function') afterAll(disposeEngine);
