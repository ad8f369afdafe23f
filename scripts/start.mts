/** `npm start`: real images of faces, verified by this node inside a real n8n. */
import { join } from 'node:path';
import { type Options, readOptions, usage } from './demo/options.mts';
import { showPair, showSamples } from './demo/show.mts';
import { setStage, type Stage } from './demo/stage.mts';
import { RUNTIME } from './paths.mts';
import { stopAll } from './processes.mts';
import { say, SetupError, tryLock } from './bootstrap.mjs';
import { isStopping, stopOnSignals } from './signals.mts';

let isShown = false;
stopOnSignals(() => isShown);
try {
	process.exitCode = await start(readOptions(process.argv.slice(2)));
} catch (error) {
	if (!isStopping()) {
		await stopAll();
		say(error instanceof SetupError ? error.message : String((error as Error).stack ?? error));
		process.exitCode = 1;
	}
}

/** @returns the exit code */
async function start(options: Options): Promise<number> {
	if (options.help) {
		process.stdout.write(`${usage}\n`);
		return 0;
	}
	// A folder of its own, so that it works beside a demo that is up.
	const folder = join(RUNTIME, options.once ? 'once' : 'demo');
	const release = takeFolder(folder);
	const stage = await setStage(folder, { ...options, prefersUsualPort: !options.once });
	const code = await Promise.race([
		options.pair ? showPair(stage, options.pair, options) : showSamples(stage, options),
		failWhenDown(stage),
	]);
	isShown = !options.once;
	if (isShown) await failWhenDown(stage);
	await stopAll();
	release();
	return code;
}

function takeFolder(folder: string): () => void {
	const lock = tryLock(`${folder}.lock`);
	if ('release' in lock) return lock.release;
	throw new SetupError(
		`This is already running (process ${lock.heldBy}): its data can be used by one at a time. ` +
			'Look at the terminal where it runs, and stop it there with Ctrl-C.',
	);
}

/** @throws {SetupError} as soon as n8n or the sandbox ends without having been asked to */
async function failWhenDown({ n8n, sandbox }: Stage): Promise<never> {
	const down = await Promise.race([
		n8n.process.exited.then((end) => ({ name: 'n8n', end, process: n8n.process })),
		sandbox.process.exited.then((end) => ({ name: 'The sandbox', end, process: sandbox.process })),
	]);
	const lines = down.process.lastLines(15);
	throw new SetupError(`${down.name} ended by itself (${down.end}). Its last lines:\n${lines}`);
}
