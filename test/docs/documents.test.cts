import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json';
import { KairosApi } from '../../credentials/KairosApi.credentials';
import codex from '../../nodes/BiometricVerify/BiometricVerify.node.json';
import { ERROR_CODES } from '../../nodes/BiometricVerify/errors/codes';
import { INPUTS } from '../../nodes/BiometricVerify/input/modes';
import { OUTPUTS } from '../../nodes/BiometricVerify/output/outputs';
import { optionFields } from '../../nodes/BiometricVerify/panel/options';
import { parameters } from '../../nodes/BiometricVerify/panel/parameters';
import documented from '../fixtures/responses/documented.json';
import { type Document, documentAt, documents, ROOT } from '../support/markdown.cts';
import { choicesOf, fieldsOf, shownDefault } from '../support/panel.cts';

const REPOSITORY = 'https://github.com/n8n-nodes-kairos/n8n-nodes-kairos';
const readme = documentAt('README.md');

/** What a check finds wrong in any document, with its path. */
function problems(check: (document: Document) => string[]): string[] {
	return [...documents.values()].flatMap((document) =>
		check(document).map((problem) => `${document.path}: ${problem}`),
	);
}

/** The fields of the panel and of the credential. */
const fields = fieldsOf([...parameters, ...new KairosApi().properties]).map(([, field]) => field);
const options = fieldsOf(optionFields).map(([, field]) => field);

/** Where a label has a unit, texts may leave it out: "Max Wait". */
const withoutUnit = (label: string) => label.replace(/ \(.+\)$/, '');
const labels = new Set([
	...fields.map(({ displayName }) => withoutUnit(displayName)),
	...fields.flatMap((field) => choicesOf(field).map(({ name }) => name)),
	...[...Object.values(OUTPUTS), INPUTS.twoInputs].flat(),
]);
/** Without words that sentences begin with. */
const firstWords = new Set([...labels].map((label) => label.split(' ')[0]));
for (const word of ['If', 'In']) firstWords.delete(word);

/** Names in a text that begin as a label of the panel does, but are none: `Max Waiting`. */
function unknownNamesIn(text: string): string[] {
	const byLength = [...labels].toSorted((one, other) => other.length - one.length);
	const rest = byLength
		.filter((label) => label.includes(' '))
		.reduce((left, label) => left.replace(new RegExp(`\\b${label}\\b`, 'g'), '…'), text);
	const names = [...rest.matchAll(/\p{Lu}[\p{L}-]*(?: \p{Lu}[\p{L}-]*)+/gu)].map(([name]) => name);
	return names.filter((name) => firstWords.has(name.split(' ')[0]));
}

test('documents call the panel by its own labels', () => {
	expect(problems(({ blocks }) => blocks.flatMap(unknownNamesIn))).toEqual([]);
});

const rowOf = (label: string) =>
	readme.rows.find(([names = '']) => names.split(', ').includes(label)) ?? [];

test('the README has every option with its default and its range', () => {
	for (const field of options) {
		const { minValue = 0, maxValue = 1 } = field.typeOptions ?? {};
		const range = maxValue > 1 ? `(${minValue} to ${maxValue.toLocaleString('en-US')})` : '';
		const [label, value, meaning] = rowOf(field.displayName);
		expect([label, value]).toEqual([label, shownDefault(field)]);
		expect(meaning).toContain(range);
	}
});

test('the README has every choice of Branches with its outputs', () => {
	const modes = Object.values(OUTPUTS).map((outputs) => outputs.join(', '));
	const branches = parameters.find(({ name }) => name === 'branches');
	const names = choicesOf(branches!).map(({ name }) => name);
	expect(names).toHaveLength(modes.length);
	expect(readme.rows.map((row) => row.slice(0, 2))).toEqual(
		expect.arrayContaining(names.map((name, at) => [name, modes[at]])),
	);
});

test('the README has every field of the credential with its default', () => {
	for (const field of new KairosApi().properties) {
		const meaning = rowOf(field.displayName)[1];
		if (!field.displayOptions) expect(meaning).toContain(shownDefault(field));
	}
});

test('documents state the defaults of the panel', () => {
	const wrong = problems(({ blocks }) =>
		fields.flatMap(({ displayName, default: value }) => {
			const label = withoutUnit(displayName);
			const stated = new RegExp(`${label}\\b[^.]*?([\\d.]+)[^.,]* by default`);
			return blocks
				.flatMap((text) => stated.exec(text)?.[1] ?? [])
				.filter((said) => said !== String(value as string | number))
				.map((said) => `${label} ${said}`);
		}),
	);
	expect(wrong).toEqual([]);
});

/** The codes of the node's own findings in its sources, with a wildcard for what varies. */
const FINDING = /(?:\badd\(|\bnodeFinding\(\s*[\w']+,)\s*['`]([^'`]+)['`]/g;
const findingCodes = globSync('nodes/BiometricVerify/verdict/*.ts', { cwd: ROOT })
	.flatMap((path) => [...readFileSync(join(ROOT, path), 'utf8').matchAll(FINDING)])
	.map(([, code = '']) => code.replace(/\$\{.+?\}/g, '[A-Z_]+'));
const isFindingCode = (text: string) =>
	findingCodes.some((code) => new RegExp(`^${code}$`).test(text));

test('docs/result.md has every code of a finding at an anchor of its own', () => {
	const codes = documentAt('docs/result.md').anchors.map((anchor) => anchor.toUpperCase());
	const missing = findingCodes.filter((code) => {
		const found = codes.filter((known) => new RegExp(`^${code}$`).test(known));
		return found.length < (code.includes('[') ? 2 : 1);
	});
	expect(missing).toEqual([]);
});

/** Variables of the environment look as codes do. */
const VARIABLES = /^(?:N8N|EXECUTIONS|QUEUE|DB|WEBHOOK|OFFLOAD|FUZZ|KAIROS)_|^(?:HTTPS?|NO)_PROXY$/;
const deploySettings = readFileSync(join(ROOT, 'deploy', '.env.example'), 'utf8');

test('documents name only codes that the sources have', () => {
	const known = [
		...[...Object.keys(ERROR_CODES), 'NO_CODE'],
		...documented.body.response_data.decision.details.map(({ code }) => code),
	];
	const unknown = problems(({ inlineCode }) =>
		inlineCode
			.filter((text) => /^[A-Z]+(?:_[A-Z]+)+$/.test(text))
			.filter((text) => !VARIABLES.test(text) && !deploySettings.includes(text))
			.filter((text) => !known.includes(text) && !isFindingCode(text)),
	);
	expect(unknown).toEqual([]);
});

test('links lead somewhere, those that the editor shows, too', () => {
	const dead = problems(({ path, links }) => links.filter((link) => !leadsSomewhere(link, path)));
	const { credentialDocumentation, primaryDocumentation } = codex.resources;
	const urls = [...credentialDocumentation, ...primaryDocumentation].map(({ url }) => url);
	const inEditor = [new KairosApi().documentationUrl, ...urls];
	expect(inEditor.length).toBeGreaterThan(2);
	expect([...dead, ...inEditor.filter((link) => !leadsSomewhere(link, 'README.md'))]).toEqual([]);
});

/** Other sites are not asked. */
function leadsSomewhere(link: string, from: string): boolean {
	const local = link.replace(`${REPOSITORY}?tab=readme-ov-file`, '');
	if (local.startsWith('https://') || local.startsWith('http://')) return true;
	const [file = '', anchor] = local.split('#');
	const target = file === '' ? from : join(dirname(from), file);
	if (!existsSync(join(ROOT, target))) return false;
	return anchor === undefined || documentAt(target).anchors.includes(anchor);
}

test('sources exist that documents name', () => {
	const missing = problems(({ path, inlineCode }) => {
		const folders = ['', 'nodes/BiometricVerify', dirname(path)];
		return inlineCode
			.filter((text) => /^[\w/]+(?:\/|\.[cm]?ts)$/.test(text))
			.filter((text) => !folders.some((folder) => existsSync(join(ROOT, folder, text))));
	});
	expect(missing).toEqual([]);
});

test('commands exist', () => {
	const scripts = Object.keys(packageJson.scripts);
	const tests = globSync('test/**/*.test.cts', { cwd: ROOT });
	const unknown = problems(({ inlineCode, code }) => {
		const text = [...inlineCode, ...code.map((block) => block.text)].join('\n');
		const named = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
		return [
			...named(/\bnpm (?:run )?((?<=run )[\w:]+|test|start)\b/g).filter(
				(script) => !scripts.includes(script),
			),
			...named(/\bnpm test -- ([\w/]+)/g).filter(
				(pattern) => !tests.some((path) => path.includes(pattern)),
			),
		];
	});
	expect(unknown).toEqual([]);
});

test.each([
	['README.md', 2000],
	['CONTRIBUTING.md', 1200],
])('%s has at most %i words', (path, most) => {
	expect(documentAt(path).words).toBeLessThanOrEqual(most);
});

test('the README names the releases of n8n that are tested', () => {
	const [oldest = ''] = globSync('locks/engine-*', { cwd: ROOT });
	const text = readme.blocks.join('\n');
	expect(text).toContain(`n8n ${oldest.replace(/.*-/, '')} and newer`);
	expect(text).toContain(packageJson.devDependencies['n8n-core']);
});
