/** A failure that a sentence explains: it is shown without a stack. */
export class SetupError extends Error {}

/** See npm.mjs. */
export function runNpm(args: string[], cwd: string): Promise<string>;
