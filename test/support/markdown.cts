import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsers } from 'prettier/plugins/markdown';

export const ROOT = join(__dirname, '..', '..');

/** A node of the tree that Prettier's own parser makes of a document. */
interface Node {
	type: string;
	value?: string;
	url?: string;
	lang?: string | null;
	children?: Node[];
}

/** A document of this project, by what the tests ask of it. */
export interface Document {
	/** From the root of the project. */
	path: string;
	/** Each paragraph, heading, and row of a table as text, without what stands in backticks. */
	blocks: string[];
	/** Rows of tables, as the text of their cells. */
	rows: string[][];
	/** What stands in backticks within a text. */
	inlineCode: string[];
	/** Blocks of code, by their language. */
	code: Array<{ lang: string; text: string }>;
	/** Where links lead to, and images come from. */
	links: string[];
	/** What a link can name behind its `#`. */
	anchors: string[];
	/** How many words there are, without those of code blocks. */
	words: number;
}

/** All documents that are for people, by their paths. */
export const documents: ReadonlyMap<string, Document> = new Map(
	globSync(['*.md', '{docs,deploy,examples,sandbox}/*.md'], { cwd: ROOT }).map((path) => [
		path,
		readDocument(path),
	]),
);

export function documentAt(path: string): Document {
	const document = documents.get(path);
	if (!document) throw new Error(`There is no ${path}`);
	return document;
}

function readDocument(path: string): Document {
	const parse = parsers.markdown.parse as (text: string) => Node;
	const nodes = flatten(parse(readFileSync(join(ROOT, path), 'utf8')));
	const ofType = (...types: string[]) => nodes.filter(({ type }) => types.includes(type));
	const html = ofType('html').map(({ value = '' }) => value);
	const texts = ofType('paragraph', 'heading', 'tableCell').map((node) => textOf(node));
	return {
		path,
		blocks: ofType('paragraph', 'heading', 'tableRow').map((node) => textOf(node, ['text'])),
		rows: ofType('tableRow').map(({ children = [] }) => children.map((cell) => textOf(cell))),
		inlineCode: ofType('inlineCode').map(({ value = '' }) => value),
		code: ofType('code').map(({ lang, value = '' }) => ({ lang: lang ?? '', text: value })),
		links: [
			...ofType('link', 'image', 'definition').map(({ url = '' }) => url),
			...html.flatMap((tag) => /(?:src|href)="([^"]+)"/.exec(tag)?.[1] ?? []),
		],
		anchors: [
			...ofType('heading').map((heading) => slugOf(textOf(heading))),
			...html.flatMap((tag) => /<a id="([^"]+)"/.exec(tag)?.[1] ?? []),
		],
		words: texts.join(' ').split(/\s+/).length,
	};
}

function flatten(node: Node): Node[] {
	return [node, ...(node.children ?? []).flatMap(flatten)];
}

/** Cells of a row are apart. */
function textOf(node: Node, types = ['text', 'inlineCode']): string {
	const own = types.includes(node.type) ? (node.value ?? '') : '';
	const separator = node.type === 'tableRow' ? ' | ' : '';
	return own + (node.children ?? []).map((child) => textOf(child, types)).join(separator);
}

/** As GitHub makes them; no heading here is there twice. */
function slugOf(heading: string): string {
	return heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
		.replaceAll(' ', '-');
}
