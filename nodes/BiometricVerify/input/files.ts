import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { BINARY_MODE_COMBINED } from 'n8n-workflow';

/** Where n8n keeps an item's files in its json when the workflow's binary mode is `combined`. */
const COMBINED_FILES = '_files';

/** How often a node can have run, and its outputs, before the search for a file ends. */
const MOST_RUNS = 10_000;
const MOST_OUTPUTS = 50;

/** By this n8n means the last run of a node: in a loop, the one that the file is most likely from. */
const LAST_RUN = -1;

/** All items that the node got, in an expression. */
const ALL_INPUT = /\$input\b/;

/** The name of a node in an expression: `$('Name')`, `$node["Name"]`, `$node.Name`, `$items("Name")`. */
const NODE_NAME =
	/\$(?:\(|items\(|node\[)\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)|\$node\.([\w$]+)/g;

/** A search for files that goes on where the last one ended. */
interface Search {
	seen: FileSet;
	rest: Iterator<INodeExecutionData[], undefined>;
}

/**
 * Files by what makes two descriptions mean the same one: the ID under which n8n stored it, or in
 * memory its content. The content comes from outside and can read like an ID, so the two are kept
 * apart.
 */
class FileSet {
	private readonly ids = new Set<string>();

	private readonly contents = new Set<string>();

	constructor(files: Iterable<IBinaryData> = []) {
		this.add(files);
	}

	add(files: Iterable<IBinaryData>): void {
		for (const { id, data } of files) {
			if (id) this.ids.add(id);
			else this.contents.add(data);
		}
	}

	/** An empty content is no file: it would vouch for any other that has none. */
	has({ id, data }: IBinaryData): boolean {
		return id ? this.ids.has(id) : data !== '' && this.contents.has(data);
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

	private filesOfInput?: FileSet;

	constructor(context: IExecuteFunctions) {
		this.context = context;
		// A release that does not know the mode can have the setting: the workflow brought it along.
		this.isCombined =
			BINARY_MODE_COMBINED !== undefined &&
			context.getWorkflowSettings().binaryMode === BINARY_MODE_COMBINED;
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

	/** An item without the files that these parameters mean; other files stay. */
	without(item: INodeExecutionData, fields: readonly unknown[]): INodeExecutionData {
		const names = new Set(
			[...this.ofItem(item)]
				.filter(([name, file]) => fields.some((field) => refersTo(field, name, file)))
				.map(([name]) => name),
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
	 * Whether a file that an expression gave is on one of these items, or was given out by a node that
	 * the expression names; `$input` names all items that the node got.
	 *
	 * @param expression the expression as the builder wrote it.
	 */
	has(file: IBinaryData, expression: unknown, items: readonly INodeExecutionData[]): boolean {
		if (new FileSet(this.filesIn(items)).has(file)) return true;
		if (typeof expression !== 'string') return false;
		if (ALL_INPUT.test(expression) && this.inputFiles.has(file)) return true;
		return nodeNamesIn(expression).some((name) => this.isOfNode(file, name));
	}

	private get inputFiles(): FileSet {
		this.filesOfInput ??= new FileSet(this.filesIn(this.context.getInputData(0)));
		return this.filesOfInput;
	}

	/** Looks no further than to the file, and remembers what it saw: items mean one file each. */
	private isOfNode(file: IBinaryData, name: string): boolean {
		const search = this.searches.get(name) ?? {
			seen: new FileSet(),
			rest: this.outputsOfNode(name),
		};
		this.searches.set(name, search);
		while (!search.seen.has(file)) {
			const next = search.rest.next();
			if (next.done) return false;
			search.seen.add(this.filesIn(next.value));
		}
		return true;
	}

	private filesIn(items: readonly INodeExecutionData[]): IBinaryData[] {
		return items.flatMap((item) => [...this.ofItem(item).values()]);
	}

	/** What a node gave out so far in this execution, by all of its outputs and in all of its runs. */
	private *outputsOfNode(name: string): Generator<INodeExecutionData[], undefined> {
		const { $items } = this.context.getWorkflowDataProxy(0);
		for (let run = LAST_RUN; run < MOST_RUNS; run++) {
			for (let output = 0; output < MOST_OUTPUTS; output++) {
				let items: INodeExecutionData[];
				try {
					items = $items(name, output, run) ?? [];
				} catch {
					// n8n throws where there is no such run, or no such output of it.
					if (output === 0 && run !== LAST_RUN) return undefined;
					break;
				}
				yield items;
			}
		}
		return undefined;
	}
}

/** Whether two descriptions mean the same file. */
export function isSameFile(one: IBinaryData, other: IBinaryData): boolean {
	return new FileSet([one]).has(other);
}

/** As `isBinaryValue` of n8n-workflow, which older releases of n8n do not have, and stricter. */
export function isFile(value: unknown): value is IBinaryData {
	if (typeof value !== 'object' || value === null || !('mimeType' in value)) return false;
	const { mimeType, id, data }: { mimeType: unknown; id?: unknown; data?: unknown } = value;
	return (
		typeof mimeType === 'string' &&
		(id === undefined ? typeof data === 'string' : typeof id === 'string')
	);
}

/** Whether a parameter means this file, by its name or as the file that an expression gave. */
function refersTo(field: unknown, name: string, file: IBinaryData): boolean {
	if (typeof field === 'string') return field.trim() === name;
	return isFile(field) && isSameFile(field, file);
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

function nodeNamesIn(expression: string): string[] {
	return [...expression.matchAll(NODE_NAME)].map(([, single, double, back, plain]) =>
		(single ?? double ?? back ?? plain ?? '').replace(/\\(.)/g, '$1'),
	);
}
