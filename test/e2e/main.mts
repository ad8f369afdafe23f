/** `npm run test:e2e`: the node as its users meet it, in a real n8n and a real browser. */
import { stopAll } from '../../scripts/processes.mts';
import { SetupError } from '../../scripts/setup/npm.mjs';
import { say } from '../../scripts/setup/progress.mjs';
import { isStopping, stopOnSignals } from '../../scripts/signals.mts';
import { runQueueTests } from './queue.mts';
import { clearScreenshots, keepScreenshot } from './screenshots.mts';
import { setStage, type Stage } from './stage.mts';
import { suitesFor } from './suites.mts';
import { runSuites } from './tests.mts';

stopOnSignals(() => false);
try {
	process.exitCode = await run();
} catch (error) {
	if (!isStopping()) {
		say(error instanceof SetupError ? error.message : String((error as Error).stack ?? error));
		process.exitCode = 1;
	}
} finally {
	if (!isStopping()) await stopAll();
}

/** @returns the exit code */
async function run(): Promise<number> {
	clearScreenshots();
	const stage = await setStage();
	const inBrowser = await runSuites(suitesFor(stage), {
		onFailure: (sentence) => keepFailure(stage, sentence),
		afterEach: () => stage.closePages(),
	});
	await stage.close();
	const inQueueMode = await runQueueTests();
	const failed = inBrowser.failed + inQueueMode.failed;
	process.stdout.write(`\n${inBrowser.passed + inQueueMode.passed} passed, ${failed} failed\n`);
	return failed === 0 ? 0 : 1;
}

async function keepFailure(stage: Stage, sentence: string): Promise<void> {
	const name = `failed-${sentence.replaceAll(/\W+/g, '-').slice(0, 80)}`;
	for (const [index, page] of stage.openPages().entries()) {
		await keepScreenshot(page, `${name}-${index}`).catch(() => undefined);
	}
}
