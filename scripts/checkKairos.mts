/**
 * `npm run check:kairos`: checks with somebody's account what this package assumes about Kairos.
 */
import { writeFileSync } from 'node:fs';
import { runChecks } from './checks.mts';
import { writeDocs } from './checkKairos/docs.mts';
import { confirm, readKeys, type Terminal } from './checkKairos/keys.mts';
import { type Options, readOptions, usage } from './checkKairos/options.mts';
import { plan, probesOf, verificationsIn } from './checkKairos/plan.mts';
import { SetupError } from './setup/npm.mjs';
import { say } from './setup/progress.mjs';

const STOPPED = 2;

const terminal: Terminal = { input: process.stdin, output: process.stderr };

try {
	process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
	const isExplained = error instanceof SetupError;
	say(isExplained ? error.message : String((error as Error).stack));
	process.exitCode = STOPPED;
}

async function main(options: Options): Promise<number> {
	if (options.help) {
		console.log(usage);
		return 0;
	}
	if (options.writeDocs) {
		await writeDocs();
		return 0;
	}
	const build = {
		name: 'Build',
		usual: 'about 5 s',
		command: ['gulp', 'build'] as [string, string],
	};
	if ((await runChecks([build])) !== 0) return STOPPED;
	return await run(options);
}

async function run(options: Options): Promise<number> {
	const { check } = await import('./checkKairos/check.mts');
	const { makeImages } = await import('./checkKairos/images.mts');
	const { defaultOf } = await import('./checkKairos/probes.mts');
	const { KairosError } = await import('./checkKairos/builtNode.mts');
	const { hasNews, reportOf, toMarkdown, toText } = await import('./checkKairos/report.mts');
	const { record } = await import('./checkKairos/record.mts');
	const baseUrl = options.baseUrl ?? defaultOf('baseUrl');
	const apiVersion = options.apiVersion ?? (defaultOf('apiVersion') as 'v0.1');

	say(`\n${planOf(options.quick, baseUrl)}\n`);
	const keys = await readKeys(process.env, terminal);
	if (!options.yes && !(await confirm('Go on?', terminal))) {
		say('Nothing was sent.');
		return STOPPED;
	}
	const end = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => end.abort());
	}
	const checked = await check({
		keys,
		baseUrl,
		apiVersion,
		isQuick: options.quick,
		images: await makeImages(),
		signal: end.signal,
		onProbe: (title) => say(`  ${title}`),
	}).catch((error: unknown) => {
		if (!(error instanceof KairosError)) throw error;
		throw new SetupError(`${error.message}. ${error.description}`);
	});
	const isUsualAddress = baseUrl === defaultOf('baseUrl');
	const report = reportOf(checked, { keys, apiVersion, isUsualAddress });

	console.log(options.json ? JSON.stringify(report, undefined, '\t') : `\n${toText(report)}`);
	if (options.report !== undefined) writeFileSync(options.report, toMarkdown(report));
	if (options.record !== undefined) {
		say(`${record(options.record, checked, keys)} responses are in ${options.record}.`);
	}
	if (report.stopped !== undefined) return STOPPED;
	return hasNews(report) ? 1 : 0;
}

function planOf(isQuick: boolean, baseUrl: string): string {
	const probes = probesOf(isQuick);
	const used = verificationsIn(probes);
	const list = probes.filter((name) => plan[name].isVerification).map((name) => plan[name].title);
	return [
		`This sends ${probes.length} requests to ${baseUrl}.`,
		`Kairos may count, and bill, ${used} of them as verifications: ${list.join('; ')}.`,
		'The others lack the images, or have a wrong App Key.',
		'The images are portraits that come with this project. Ctrl-C stops it at any time.',
	].join('\n');
}
