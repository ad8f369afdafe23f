/** See progress.mjs. */
export function step<T>(name: string, usual: string, work: () => Promise<T>): Promise<T>;

/** See progress.mjs. */
export function say(text: string): void;
