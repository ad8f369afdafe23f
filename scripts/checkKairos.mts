/**
 * `npm run check:kairos`: checks with somebody's account what this package assumes about Kairos.
 */
import { runAll } from './lint.mts';
import { writeDocs } from './checkKairos/docs.mts';
import { EXIT, readOptions, usage } from './checkKairos/options.mts';
import { say, SetupError } from './bootstrap.mjs';

try {
	process.exitCode = await main();
} catch (error) {
	say(error instanceof SetupError ? error.message : String((error as Error).stack));
	process.exitCode = EXIT.stopped;
}

async function main(): Promise<number> {
	const options = readOptions(process.argv.slice(2));
	if (options.help) {
		console.log(usage);
		return 0;
	}
	if (options.writeDocs) {
		await writeDocs();
		return 0;
	}
	if (!(await runAll(['node scripts/build.mjs']))) return EXIT.stopped;
	// It needs the built node.
	const { run } = await import('./checkKairos/run.mts');
	const end = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => end.abort());
	}
	return await run(options, {
		env: process.env,
		terminal: { input: process.stdin, output: process.stderr },
		signal: end.signal,
		print: (text) => console.log(text),
		say,
	});
}
