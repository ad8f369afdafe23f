import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { StoredItem } from '../n8n/execution.mts';
import type { Execution } from '../n8n/rest.mts';
import { samples } from '../samples.mts';
import { say, SetupError, step } from '../bootstrap.mjs';
import type { Options, Pair } from './options.mts';
import { type Outcome, readOutcomes } from './outcome.mts';
import { isAsExpected, type Result, toJsonLine, toTable, toVerdict } from './report.mts';
import { DEMO_OWNER } from './setUp.mts';
import type { Stage } from './stage.mts';
import { DEMO } from './workflows.mts';

const CONTENT_TYPES: Record<string, string> = {
	'.jpg': 'image/jpeg',
	'.jpeg': 'image/jpeg',
	'.png': 'image/png',
};

/**
 * Runs the samples and prints what became of them.
 *
 * @returns the exit code: 0 when each took exactly the branches that it should, else 1
 */
export async function showSamples({ client, n8n }: Stage, options: Options): Promise<number> {
	const { id, trigger } = DEMO.samples;
	const execution = await step('Verify the sample images', 'about 4 s', () =>
		client.runManually(id, trigger),
	);
	const outcomes = outcomesOf(execution, ({ sample }) => String(sample));
	const results = samples.map(({ name, expected }): Result => {
		return { sample: name, expected, ...(outcomes.get(name) ?? { outputs: [] }) };
	});
	const text = options.json ? results.map(toJsonLine).join('\n') : `\n${toTable(results)}`;
	process.stdout.write(`${text}\n`);

	const surprising = results.filter((result) => !isAsExpected(result));
	for (const { sample, outputs, expected } of surprising) {
		const taken = outputs.join(', ') || 'nowhere';
		say(`${sample}: went to ${taken}, but should have gone to ${expected?.join(', ')}.`);
	}
	if (!options.once) tellWhereToLook(n8n.url, execution.id, options.json);
	return surprising.length === 0 ? 0 : 1;
}

/**
 * Runs the person's own pair of images and prints the verdict.
 *
 * @returns the exit code: 0 when there is a verdict, whatever it says, else 1
 */
export async function showPair({ client }: Stage, pair: Pair, options: Options): Promise<number> {
	const body = new FormData();
	body.set('selfie', readImage(pair.selfie), basename(pair.selfie));
	body.set('photo', readImage(pair.photo), basename(pair.photo));
	const { id, path } = DEMO.onePair;
	const execution = await step('Verify the pair', 'about 1 s', () =>
		client.runByWebhook(id, path, body),
	);
	const outcome = outcomesOf(execution, () => 'own').get('own') ?? { outputs: [] };
	const result: Result = { sample: 'own', expected: null, ...outcome };
	if (options.json) process.stdout.write(`${toJsonLine(result)}\n`);
	if (result.verification === undefined) {
		say(toVerdict(result));
		return 1;
	}
	if (!options.json) process.stdout.write(`\n${toVerdict(result)}\n`);
	return 0;
}

function outcomesOf(
	{ data }: Execution,
	nameOf: (json: StoredItem['json']) => string,
): Map<string, Outcome> {
	const outcomes = readOutcomes(data, nameOf);
	const { error } = data.resultData;
	if (outcomes.size === 0 && error) throw new SetupError(`The workflow stopped: ${error.message}`);
	return outcomes;
}

function readImage(file: string): Blob {
	const type = CONTENT_TYPES[extname(file).toLowerCase()] ?? '';
	return new Blob([readFileSync(file)], { type });
}

function tellWhereToLook(url: string, executionId: string, isJson: boolean): void {
	const lines = [
		'',
		`Look around:        ${url}/workflow/${DEMO.samples.id}/executions/${executionId}`,
		`                    log in as ${DEMO_OWNER.email}, password ${DEMO_OWNER.password}`,
		`Your own images:    ${url}/${DEMO.ownImages.path}`,
		`Onboard a person:   ${url}/${DEMO.onboarding.path}`,
		'                    emails, such as the link for a review, show up here',
		'Stop:               Ctrl-C',
		'',
	];
	(isJson ? process.stderr : process.stdout).write(`${lines.join('\n')}\n`);
}
