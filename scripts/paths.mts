import { dirname, join } from 'node:path';

/** The project's folder. */
export const ROOT = dirname(import.meta.dirname);

/** What the scripts install and write; git does not see it, and removing it starts afresh. */
export const RUNTIME = join(ROOT, '.runtime');
