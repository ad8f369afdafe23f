/** Gives the lock back; a second call does nothing. */
export type Release = () => void;

/** See lock.mjs. */
export function tryLock(file: string): { release: Release } | { heldBy: number };

/** See lock.mjs. */
export function lock(file: string, onWait: (heldBy: number) => void): Promise<Release>;
