import type { IDataObject } from 'n8n-workflow';
import { bodyWith, documentedBody, MATCH, SELFIE_FACES } from '../support/answers.cts';
import { BIOMETRIC_VERIFY, ITEMS, outputsOf, runWorkflow } from '../support/engine.cts';
import type { Answer } from '../support/hostileServer.cts';
import { documentAt } from '../support/markdown.cts';
import { credentialFor, person } from '../support/people.cts';
import { startStandIn } from '../support/standInKairos.cts';

/** One who is rejected as Kairos documents it, one without a face, and one who can't be verified. */
const ANSWERS: Record<string, Answer> = {
	rejected: { body: documentedBody },
	faceless: { body: bodyWith({ [SELFIE_FACES]: [], [MATCH]: 0 }) },
	refused: { status: 400, body: '{}' },
};

const readme = documentAt('README.md');
const expressions = [...new Set(readme.inlineCode.filter((code) => code.startsWith('{{')))];

let results: IDataObject[];
/** What each expression gives for each of the three. */
let values: unknown[][];

beforeAll(async () => {
	const kairos = await startStandIn(({ person: name }) => ANSWERS[name]);
	const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
	const run = await runWorkflow(
		{
			nodes: [
				{ name: 'On form submission', type: ITEMS },
				{
					name: 'Biometric Verify',
					type: BIOMETRIC_VERIFY,
					parameters: { branches: 'single', options: { includeRawResponse: true } },
					onError: 'continueRegularOutput',
				},
				{
					name: 'Read',
					type: 'n8n-nodes-base.set',
					typeVersion: 3.4,
					parameters: parametersOf(expressions),
				},
			],
			connections: { 'On form submission': to('Biometric Verify'), 'Biometric Verify': to('Read') },
		},
		{
			items: Object.keys(ANSWERS).map((name) => person(name)),
			credential: credentialFor(kairos.url),
		},
	);
	await kairos.stop();
	results = (outputsOf(run, 'Biometric Verify')[0] ?? []).map(({ json }) => json);
	values = (outputsOf(run, 'Read')[0] ?? []).map(({ json }) => Object.values(json));
});

test('each expression of the README gives something for one of three people', () => {
	const empty = expressions.filter((_, at) =>
		values.every((ofOne) => ofOne[at] === undefined || ofOne[at] === null),
	);
	expect(values).toHaveLength(3);
	expect(expressions.length).toBeGreaterThan(5);
	expect(empty).toEqual([]);
});

test('the result in the README is a part of a real one', () => {
	const shown = jsonIn('README.md').verification as IDataObject;
	const real = results[0]?.verification as IDataObject;
	const part = Object.fromEntries(Object.keys(shown).map((key) => [key, real[key]]));
	const { requestId, service } = shown;
	expect({ ...part, requestId, service }).toEqual(shown);
});

test('docs/result.md has each field of a result, and no other', () => {
	const fields = documentAt('docs/result.md')
		.rows.slice(1)
		.flatMap(([names = '']) => names.split(', '));
	const real = Object.keys(results[0]?.verification as IDataObject);
	expect(fields.slice(0, real.length).toSorted()).toEqual(real.toSorted());
});

test('the error in docs/result.md has the fields of a real one', () => {
	const shown = jsonIn('docs/result.md').verification as { error: IDataObject };
	const real = results[2]?.verification as { error: IDataObject };
	expect(Object.keys(shown.error)).toEqual(Object.keys(real.error));
});

function jsonIn(path: string): IDataObject {
	const blocks = documentAt(path).code.filter(({ lang }) => lang === 'json');
	expect(blocks).toHaveLength(1);
	return JSON.parse(blocks[0]?.text ?? '') as IDataObject;
}

/** Those of an Edit Fields node that sets a field to each expression. */
function parametersOf(texts: string[]) {
	const assignments = texts.map((text, at) => ({
		id: String(at),
		name: `value${at}`,
		type: 'string',
		value: `=${text}`,
	}));
	return { assignments: { assignments }, options: { ignoreConversionErrors: true } };
}
