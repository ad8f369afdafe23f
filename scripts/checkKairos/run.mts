import { writeFileSync } from 'node:fs';
import { SetupError } from '../bootstrap.mjs';
import { KairosError } from './builtNode.mts';
import { check } from './check.mts';
import { makeImages } from './images.mts';
import { confirm, readKeys, type Terminal } from './keys.mts';
import { EXIT, type Options } from './options.mts';
import { plan, probesOf, verificationsIn } from './plan.mts';
import { type ApiVersion, defaultOf } from './probes.mts';
import { record } from './record.mts';
import { hasNews, reportOf, toMarkdown, toText } from './report.mts';

/** What surrounds the command. */
export interface Surroundings {
	env: NodeJS.ProcessEnv;
	terminal: Terminal;
	/** Ends the check early. */
	signal: AbortSignal;
	/** Takes the report. */
	print: (text: string) => void;
	/** Takes what is said beside it. */
	say: (text: string) => void;
}

/**
 * Says what the check costs, asks for keys and a yes, checks, and reports.
 *
 * @returns the exit code
 * @throws {SetupError} when it cannot begin
 */
export async function run(
	options: Options,
	{ env, terminal, signal, print, say }: Surroundings,
): Promise<number> {
	const baseUrl = options.baseUrl ?? defaultOf('baseUrl');
	const apiVersion = options.apiVersion ?? (defaultOf('apiVersion') as ApiVersion);
	say(planOf(options.quick, baseUrl));
	const keys = await readKeys(env, terminal);
	if (!options.yes && !(await confirm('Go on?', terminal)))
		throw new SetupError('Nothing was sent.');

	const checked = await check({
		keys,
		baseUrl,
		apiVersion,
		isQuick: options.quick,
		images: await makeImages(),
		signal,
		onProbe: (title) => say(`  ${title}`),
	}).catch((error: unknown) => {
		if (!(error instanceof KairosError)) throw error;
		throw new SetupError(`${error.message}. ${error.description}`);
	});
	const isUsualAddress = baseUrl === defaultOf('baseUrl');
	const report = reportOf(checked, { keys, apiVersion, isUsualAddress });

	print(options.json ? JSON.stringify(report, undefined, '\t') : `\n${toText(report)}`);
	if (options.report !== undefined) writeFileSync(options.report, toMarkdown(report));
	if (options.record !== undefined) {
		say(`${record(options.record, checked, keys)} responses are in ${options.record}.`);
	}
	if (report.stopped !== undefined) return EXIT.stopped;
	return hasNews(report) ? EXIT.differs : EXIT.held;
}

function planOf(isQuick: boolean, baseUrl: string): string {
	const probes = probesOf(isQuick);
	const list = probes.filter((name) => plan[name].isVerification).map((name) => plan[name].title);
	return [
		`This sends ${probes.length} requests to ${baseUrl}.`,
		`Kairos may count, and bill, ${verificationsIn(probes)} of them as verifications: ${list.join('; ')}.`,
		'The others lack an image, or have a wrong App Key.',
		'The images are portraits that come with this project. Ctrl-C stops it at any time.',
		'',
	].join('\n');
}
