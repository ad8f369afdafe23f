import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packed } from '../copy.mts';
import { runNpm } from '../setup/npm.mjs';
import { type Expectation, type Findings, unmet } from './findings.mts';

const MOST_BYTES = 60_000;

/** Beside what the package has built; npm adds the first three by itself. */
const DOCUMENTS = ['LICENSE', 'README.md', 'package.json'];

const BUILT =
	/^dist\/(nodes|credentials|icons)\/[\w./-]+\.(js|svg|node\.json)$|^dist\/nodes\/\w+\/__schema__\/[\w./]+\.json$/;

/** Fields of package.json that make npm install something beside the package. */
const BRINGING_FIELDS = [
	'dependencies',
	'optionalDependencies',
	'bundledDependencies',
	'bundleDependencies',
];

interface Manifest {
	name: string;
	version: string;
	author: { email: string };
	homepage: string;
	repository: { url: string };
	bugs: { url: string };
	n8n: { n8nNodesApiVersion: number; strict: boolean; nodes: string[]; credentials: string[] };
}

interface Codex {
	node: string;
	categories: string[];
	resources: Record<string, { url: string }[]>;
}

/** The package holds what it needs, nothing else, and is small. */
export function checkContents({ files, size }: Packed): Findings {
	const strays = files.filter((path) => !DOCUMENTS.includes(path) && !BUILT.test(path));
	const missing = DOCUMENTS.filter((path) => !files.includes(path));
	return unmet([
		[strays.length === 0, `It holds what it should not: ${strays.join(', ')}`],
		[missing.length === 0, `It lacks ${missing.join(', ')}`],
		[size <= MOST_BYTES, `It takes ${size} bytes, and may take ${MOST_BYTES}`],
	]);
}

/**
 * Checks what n8n's scan does not, or not as strictly, of its guidelines for verified community nodes
 * (docs.n8n.io, "Community node verification guidelines" and "Submit community nodes").
 *
 * @param folder an unpacked package
 */
export function checkManifest(folder: string, { files }: Packed): Findings {
	const manifest = readJson<Manifest>(join(folder, 'package.json'));
	const { n8n, repository, author } = manifest;
	const home = repository.url.replace(/^git\+|\.git$/g, '');
	const license = join(folder, 'LICENSE');
	const entries = [...n8n.nodes, ...n8n.credentials];
	return unmet([
		[/^(@[\w.-]+\/)?n8n-nodes-[a-z0-9-]+$/.test(manifest.name), 'Its name must begin n8n-nodes-'],
		[/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(manifest.version), 'Its version is none'],
		[existsSync(license) && /MIT License/.test(readFileSync(license, 'utf8')), 'No MIT LICENSE'],
		[author.email.includes('@'), 'Its author must have an address'],
		[/^https:\/\/github\.com\/[\w-]+\/[\w-]+$/.test(home), 'Its repository must be on GitHub'],
		[manifest.homepage.startsWith(home), 'Its homepage is not its repository'],
		[manifest.bugs.url.startsWith(home), 'Its bug tracker is not that of its repository'],
		[n8n.n8nNodesApiVersion === 1, 'n8n.n8nNodesApiVersion must be 1'],
		[n8n.strict, 'n8n.strict must be true'],
		[entries.every((path) => files.includes(path)), 'It registers a file that it does not hold'],
		...BRINGING_FIELDS.map((field): Expectation => [
			!(field in manifest),
			`It may have no ${field}`,
		]),
		...n8n.nodes.flatMap((path) => codexExpectations(folder, path, manifest.name, home)),
	]);
}

/** Installs the package from its file alone: there is nothing else that it could bring. */
export async function checkBringsNothing({ tarball }: Packed, folder: string): Promise<Findings> {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
	const flags = ['--offline', '--ignore-scripts', '--legacy-peer-deps'];
	await runNpm(['install', ...flags, tarball], folder);
	const { packages } = readJson<{ packages: Record<string, unknown> }>(
		join(folder, 'node_modules', '.package-lock.json'),
	);
	const installed = Object.keys(packages).map((path) => path.replace('node_modules/', ''));
	return unmet([
		[installed.length === 1, `Installing it brings ${installed.length}: ${installed.join(', ')}`],
	]);
}

function codexExpectations(
	folder: string,
	path: string,
	packageName: string,
	home: string,
): Expectation[] {
	const file = join(folder, path.replace(/\.js$/, '.json'));
	if (!existsSync(file)) return [[false, `${path} has no codex beside it`]];
	const { node, categories, resources } = readJson<Codex>(file);
	const links = Object.values(resources).flat();
	return [
		[node.startsWith(`${packageName}.`), 'The codex names a node of another package'],
		[categories.length > 0, 'The codex has no category'],
		[links.length > 0, 'The codex has no links, so n8n drops it'],
		...links.map(({ url }): Expectation => [
			isInReadme(url, home, folder),
			`The README has nothing at ${url}`,
		]),
	];
}

/** Whether a link leads to a heading of the README, as GitHub names headings. */
function isInReadme(url: string, home: string, folder: string): boolean {
	const anchors = readFileSync(join(folder, 'README.md'), 'utf8')
		.split('\n')
		.filter((line) => /^#+ /.test(line))
		.map((line) =>
			line
				.replace(/^#+ /, '')
				.toLowerCase()
				.replace(/[^\w -]/g, '')
				.replaceAll(' ', '-'),
		);
	return anchors.some((anchor) => url === `${home}?tab=readme-ov-file#${anchor}`);
}

function readJson<Content>(file: string): Content {
	return JSON.parse(readFileSync(file, 'utf8')) as Content;
}
