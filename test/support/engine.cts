import { join } from 'node:path';
import type { IRun } from 'n8n-workflow';
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

/** The older release of n8n in whose engine the tests run, if any, and where its packages are. */
const { ENGINE_RELEASE, ENGINE_PACKAGES = root } = process.env;
const engine = new Engine({ packages: ENGINE_PACKAGES, dist: join(root, 'dist') });

export const { BiometricVerify } = engine;

/** Whether the tests run in the engine of an older release of n8n than this one. */
export function isOlderThan(release: string): boolean {
	return ENGINE_RELEASE?.localeCompare(release, 'en', { numeric: true }) === -1;
}

/** For what older releases cannot do, or do in another way: there it is skipped. */
export function since(release: string) {
	return isOlderThan(release) ? { test: test.skip, describe: describe.skip } : { test, describe };
}

/** Runs a workflow in n8n's own engine, without a server, from its first node on. */
export async function runWorkflow(workflow: TestWorkflow, options: RunOptions): Promise<IRun> {
	return await engine.run(workflow, options);
}

/** To be called before a process ends that has run workflows. */
export async function disposeEngine(): Promise<void> {
	await engine.dispose();
}
if (typeof afterAll === 'function') afterAll(disposeEngine);
