import { createHash } from 'crypto';
import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { BINARY_MODE_COMBINED } from 'n8n-workflow';

import { FIRST_RUN, LAST_RUN, outputsOfNode } from '../n8n/nodeOutputs';

/** The json field in which n8n keeps files if the workflow's binary mode is `combined`. */
export const COMBINED_FILES = '_files';

/** In an expression: all items that the node got. */
const ALL_INPUT = /\$input\b/;

/** In an expression: `$('Name')`, `$node["Name"]`, `$node.Name`, `$items("Name")`. */
const NODE_NAME =
	/\$(?:\(|items\(|node\[)\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)|\$node\.([\w$]+)/g;

/** A search for files that resumes where the last one ended. */
interface Search {
	seen: Map<string, KnownFile>;
	rest: Iterator<INodeExecutionData[], undefined>;
}

/** A file in the place where n8n put it. */
export interface KnownFile {
	file: IBinaryData;
	/** Whether the item also has its name with a number, as Aggregate names files. */
	isNumbered: boolean;
}

/**
 * The files of a run that n8n itself keeps as files. Anything else that looks like a file, e.g. in
 * the json of a webhook, may name a file of another execution and is rejected.
 */
export class WorkflowFiles {
	private readonly context: IExecuteFunctions;

	/** Whether n8n keeps the files of this workflow in the json of items. */
	readonly isCombined: boolean;

	/** By the names of nodes; undefined stands for all items that this node got. */
	private readonly searches = new Map<string | undefined, Search>();

	constructor(context: IExecuteFunctions) {
		this.context = context;
		this.isCombined = context.getWorkflowSettings().binaryMode === BINARY_MODE_COMBINED;
	}

	/** The files of an item by the name that the builder enters: `name`, or `_files.name`. */
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

	/** The file of an item by its exact name, else by the trimmed name. */
	named(item: INodeExecutionData, field: string): KnownFile | undefined {
		const files = this.ofItem(item);
		const name = nameIn(files, field);
		const file = files.get(name);
		return file && { file, isNumbered: files.has(`${name}_1`) };
	}

	/** A copy of an item without the files that these parameters mean. */
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
	 * The file that an expression returned, if one of these items has it, or a node that the
	 * expression names has output it; `$input` names all items that the node got.
	 *
	 * @param expression the expression as the builder wrote it.
	 */
	find(
		file: IBinaryData,
		expression: unknown,
		items: readonly INodeExecutionData[],
	): KnownFile | undefined {
		const found = this.filesIn(items).find((known) => isSameFile(known.file, file));
		if (found || typeof expression !== 'string') return found;
		const sources: Array<string | undefined> = nodeNamesIn(expression);
		if (ALL_INPUT.test(expression)) sources.unshift(undefined);
		return sources.map((name) => this.search(name, file)).find((known) => known !== undefined);
	}

	/**
	 * An expression, ready to be pasted into a parameter, for a file of this item at the nearest
	 * earlier node that had one; undefined if none had.
	 *
	 * @param names the preferred file names, the best one first; else it is the first file.
	 */
	expressionFor(itemIndex: number, names: readonly string[]): string | undefined {
		const { $ } = this.context.getWorkflowDataProxy(itemIndex) as {
			$: (nodeName: string, isWhole: boolean) => { item: INodeExecutionData };
		};
		for (const { name: nodeName } of this.context.getParentNodes(this.context.getNode().name)) {
			let files: string[];
			try {
				files = [...this.ofItem($(nodeName, true).item).keys()];
			} catch {
				// n8n does not know which item of this node the item comes from.
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

	/**
	 * Stops at the file and remembers what it saw: the next item usually means the next file, and
	 * in a loop a file of the node's last run.
	 */
	private search(nodeName: string | undefined, file: IBinaryData): KnownFile | undefined {
		const { seen, rest } = this.searches.get(nodeName) ?? {
			seen: new Map<string, KnownFile>(),
			rest:
				nodeName === undefined
					? [this.context.getInputData(0)].values()
					: outputsOfNode(this.context, nodeName, LAST_RUN),
		};
		this.searches.set(nodeName, { seen, rest });
		for (;;) {
			const found = seen.get(file.id || file.data);
			if (found && isSameFile(found.file, file)) return found;
			const next = rest.next();
			if (next.done) return undefined;
			for (const known of this.filesIn(next.value)) {
				seen.set(known.file.id || known.file.data, known);
			}
		}
	}

	private filesIn(items: readonly INodeExecutionData[]): KnownFile[] {
		return items.flatMap((item) => {
			const files = this.ofItem(item);
			return [...files].map(([name, file]) => ({ file, isNumbered: files.has(`${name}_1`) }));
		});
	}
}

/** Whether both mean the same file. */
export function isSameFile(one: IBinaryData, other: IBinaryData): boolean {
	if (one.id || other.id) return one.id === other.id;
	return one.data !== '' && one.data === other.data;
}

/** Identifies a file: equal for the same file, and only for it. */
export function fileKey({ id, data }: IBinaryData): string {
	return id || createHash('sha256').update(data).digest('base64');
}

/** Stricter than `isBinaryValue` of n8n-workflow. */
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

/** Whether it is an object with fields. */
export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names of the nodes that an expression reads. */
export function nodeNamesIn(expression: string): string[] {
	return [...expression.matchAll(NODE_NAME)].map(([, single, double, back, plain]) =>
		(single ?? double ?? back ?? plain ?? '').replace(/\\(.)/g, '$1'),
	);
}

function expressionTo(nodeName: string, fileName: string): string {
	const isCombined = fileName.startsWith(`${COMBINED_FILES}.`);
	const name = isCombined ? fileName.slice(COMBINED_FILES.length + 1) : fileName;
	const member = /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${inQuotes(name)}]`;
	// If n8n keeps files in the json, an item in an expression is its json.
	const files = isCombined ? COMBINED_FILES : 'binary';
	return `{{ $(${inQuotes(nodeName)}).item.${files}${member} }}`;
}

/** Two braces in a row would end the expression or begin another one. */
function inQuotes(text: string): string {
	return `'${text.replace(/['\\]|(?<=[{}])[{}]/g, '\\$&')}'`;
}
