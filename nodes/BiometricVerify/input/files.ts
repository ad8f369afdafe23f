import { createHash } from 'crypto';
import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { BINARY_MODE_COMBINED } from 'n8n-workflow';

import { FIRST_RUN, LAST_RUN, outputsOfNode } from '../n8n/nodeOutputs';

/** Where n8n keeps an item's files in its json when the workflow's binary mode is `combined`. */
const COMBINED_FILES = '_files';

/** All items that the node got, in an expression. */
const ALL_INPUT = /\$input\b/;

/** The name of a node in an expression: `$('Name')`, `$node["Name"]`, `$node.Name`, `$items("Name")`. */
const NODE_NAME =
	/\$(?:\(|items\(|node\[)\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)|\$node\.([\w$]+)/g;

/**
 * A search for files that resumes where the last one ended. In a loop the file usually comes from the
 * node's last run, so we look there first.
 */
interface Search {
	seen: FileIndex;
	rest: Iterator<INodeExecutionData[], undefined>;
}

/** A file where n8n put it. */
export interface KnownFile {
	file: IBinaryData;
	/** Whether the item has another one of its name with a number, as Aggregate gives them. */
	isNumbered: boolean;
}

/**
 * Files by what makes two descriptions mean the same one: the ID under which n8n stored it, or in
 * memory its content. The content comes from outside and can read like an ID, so the two are kept
 * apart.
 */
class FileIndex {
	private readonly ids = new Map<string, KnownFile>();

	private readonly contents = new Map<string, KnownFile>();

	add(files: Iterable<KnownFile>): void {
		for (const known of files) {
			const { id, data } = known.file;
			if (id) this.ids.set(id, known);
			else this.contents.set(data, known);
		}
	}

	/** An empty content is no file: it would vouch for any other that has none. */
	get({ id, data }: IBinaryData): KnownFile | undefined {
		if (id) return this.ids.get(id);
		return data === '' ? undefined : this.contents.get(data);
	}
}

/**
 * The files of a run that n8n itself keeps as files. Whatever else looks like one, for example in
 * the json of a webhook, may name a file of another execution, and is none.
 */
export class WorkflowFiles {
	private readonly context: IExecuteFunctions;

	/** Whether n8n keeps the files of this workflow in the json of its items. */
	readonly isCombined: boolean;

	private readonly searches = new Map<string, Search>();

	private filesOfInput?: FileIndex;

	constructor(context: IExecuteFunctions) {
		this.context = context;
		this.isCombined = context.getWorkflowSettings().binaryMode === BINARY_MODE_COMBINED;
	}

	/** The files of an item by the name that a field takes: `name`, or `_files.name` if combined. */
	ofItem(item: INodeExecutionData): Map<string, IBinaryData> {
		const files = new Map<string, IBinaryData>();
		const add = (prefix: string, holder: object) => {
			for (const [name, file] of Object.entries(holder)) {
				if (isFile(file)) files.set(`${prefix}${name}`, file);
			}
		};
		add('', item.binary ?? {});
		const combined = this.isCombined ? item.json[COMBINED_FILES] : undefined;
		if (isObject(combined)) add(`${COMBINED_FILES}.`, combined);
		return files;
	}

	/** The file of an item by its name, or by the name without the white space around it. */
	named(item: INodeExecutionData, field: string): KnownFile | undefined {
		const files = this.ofItem(item);
		const name = nameIn(files, field);
		const file = files.get(name);
		return file && { file, isNumbered: files.has(`${name}_1`) };
	}

	/** An item without the files that these parameters mean; other files stay. */
	without(item: INodeExecutionData, fields: readonly unknown[]): INodeExecutionData {
		const files = this.ofItem(item);
		const names = new Set(
			fields.flatMap((field) => {
				if (typeof field === 'string') return nameIn(files, field);
				const same = [...files].filter(([, file]) => isFile(field) && isSameFile(field, file));
				return same.map(([name]) => name);
			}),
		);
		const { json, binary } = item;
		const combined = this.isCombined ? json[COMBINED_FILES] : undefined;
		return {
			json: isObject(combined)
				? { ...json, [COMBINED_FILES]: withoutNames(combined, names, `${COMBINED_FILES}.`) }
				: json,
			...(binary && { binary: withoutNames(binary, names) }),
		};
	}

	/**
	 * A file that an expression gave, if it is on one of these items or a node that the expression
	 * names has output it; `$input` names all items that the node got.
	 *
	 * @param expression the expression as the builder wrote it.
	 */
	find(
		file: IBinaryData,
		expression: unknown,
		items: readonly INodeExecutionData[],
	): KnownFile | undefined {
		const own = new FileIndex();
		own.add(this.filesIn(items));
		const found = own.get(file);
		if (found || typeof expression !== 'string') return found;
		return (
			(ALL_INPUT.test(expression) ? this.inputFiles.get(file) : undefined) ??
			nodeNamesIn(expression)
				.map((name) => this.findInNode(file, name))
				.find((known) => known !== undefined)
		);
	}

	/**
	 * The expression that takes a file of this item from the nearest earlier node that had one, ready
	 * to be pasted into a parameter; undefined where there is none.
	 *
	 * @param names the names to look for, the best one first; else it is the first file.
	 */
	expressionFor(itemIndex: number, names: readonly string[]): string | undefined {
		const { $ } = this.context.getWorkflowDataProxy(itemIndex) as {
			$: (nodeName: string) => { item: INodeExecutionData };
		};
		for (const { name: nodeName } of this.context.getParentNodes(this.context.getNode().name)) {
			let files: string[];
			try {
				files = [...this.ofItem($(nodeName).item).keys()];
			} catch {
				// n8n cannot tell which item of this node the item comes from.
				continue;
			}
			const name = names.find((wanted) => files.includes(wanted)) ?? files[0];
			if (name !== undefined) return expressionTo(nodeName, name);
		}
		return undefined;
	}

	/** Whether a node has output more than one item in this execution. */
	hasSeveralItems(nodeName: string): boolean {
		let count = 0;
		for (const items of outputsOfNode(this.context, nodeName, FIRST_RUN)) {
			count += items.length;
			if (count > 1) return true;
		}
		return false;
	}

	private get inputFiles(): FileIndex {
		if (this.filesOfInput === undefined) {
			this.filesOfInput = new FileIndex();
			this.filesOfInput.add(this.filesIn(this.context.getInputData(0)));
		}
		return this.filesOfInput;
	}

	/** Looks no further than to the file, and remembers what it saw: items mean one file each. */
	private findInNode(file: IBinaryData, name: string): KnownFile | undefined {
		const search = this.searches.get(name) ?? {
			seen: new FileIndex(),
			rest: outputsOfNode(this.context, name, LAST_RUN),
		};
		this.searches.set(name, search);
		for (;;) {
			const found = search.seen.get(file);
			if (found) return found;
			const next = search.rest.next();
			if (next.done) return undefined;
			search.seen.add(this.filesIn(next.value));
		}
	}

	private filesIn(items: readonly INodeExecutionData[]): KnownFile[] {
		return items.flatMap((item) => {
			const files = this.ofItem(item);
			return [...files].map(([name, file]) => ({ file, isNumbered: files.has(`${name}_1`) }));
		});
	}
}

/** Whether two descriptions mean the same file. */
export function isSameFile(one: IBinaryData, other: IBinaryData): boolean {
	if (one.id || other.id) return one.id === other.id;
	return one.data !== '' && one.data === other.data;
}

/** What two descriptions of the same file, and no others, have in common. */
export function fileKey({ id, data }: IBinaryData): string {
	return id || createHash('sha256').update(data).digest('base64');
}

/** As `isBinaryValue` of n8n-workflow, but stricter. */
export function isFile(value: unknown): value is IBinaryData {
	if (typeof value !== 'object' || value === null || !('mimeType' in value)) return false;
	const { mimeType, id, data }: { mimeType: unknown; id?: unknown; data?: unknown } = value;
	return (
		typeof mimeType === 'string' &&
		(id === undefined ? typeof data === 'string' : typeof id === 'string')
	);
}

function nameIn(files: ReadonlyMap<string, unknown>, field: string): string {
	return files.has(field) ? field : field.trim();
}

function withoutNames<Value>(
	files: Record<string, Value>,
	names: ReadonlySet<string>,
	prefix = '',
): Record<string, Value> {
	return Object.fromEntries(
		Object.entries(files).filter(([name]) => !names.has(`${prefix}${name}`)),
	);
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names of the nodes that an expression reads from. */
export function nodeNamesIn(expression: string): string[] {
	return [...expression.matchAll(NODE_NAME)].map(([, single, double, back, plain]) =>
		(single ?? double ?? back ?? plain ?? '').replace(/\\(.)/g, '$1'),
	);
}

function expressionTo(nodeName: string, fileName: string): string {
	const isCombined = fileName.startsWith(`${COMBINED_FILES}.`);
	const name = isCombined ? fileName.slice(COMBINED_FILES.length + 1) : fileName;
	const member = /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${inQuotes(name)}]`;
	const files = isCombined ? `json.${COMBINED_FILES}` : 'binary';
	return `{{ $(${inQuotes(nodeName)}).item.${files}${member} }}`;
}

/** Two braces in a row would end the expression, or begin another one. */
function inQuotes(text: string): string {
	return `'${text.replace(/['\\]|(?<=[{}])[{}]/g, '\\$&')}'`;
}
