/** `npm start`: real images of faces, verified by this node inside a real n8n. */
import { readOptions } from './demo/options.mts';
import { startDemo } from './demo/startDemo.mts';
import { startRemoteDemo } from './demo/startRemoteDemo.mts';
import { stopAll } from './processes.mts';
import { say, SetupError } from './bootstrap.mjs';
import { isStopping, stopOnSignals } from './signals.mts';

stopOnSignals();
try {
	const options = readOptions(process.argv.slice(2));
	if (options?.remote) await startRemoteDemo(options.remote);
	else if (options) await startDemo(options);
} catch (error) {
	if (!isStopping()) {
		await stopAll();
		say(error instanceof SetupError ? error.message : String((error as Error).stack ?? error));
		process.exitCode = 1;
	}
}
