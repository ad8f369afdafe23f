interface TreeOptions {
	/** What is installed, for people: `n8n 2.41.1`. */
	name: string;
	/** What it usually takes, for people: `about 1 min, 1.2 GB`. */
	usual: string;
	/** The room that it needs on the disk. */
	gigabytes: number;
	/** What remains to be done in its node_modules before it counts as installed. */
	finish?: (modules: string) => Promise<void>;
}

/** See install.mjs. */
export function ensureTree(tree: string, options: TreeOptions): Promise<string>;

/** See install.mjs. */
export function runPnpm(args: string[], folder: string): Promise<void>;
