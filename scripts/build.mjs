/**
 * `npm run build`: TypeScript to CommonJS in dist, and beside it what n8n reads as it is: icons,
 * codex, output schema. Imports nothing but Node's own, as the published package is built by it
 * where only TypeScript is installed.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ASSETS = ['icons/*.svg', 'nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'];

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc')], {
	stdio: 'inherit',
});
for (const file of globSync(ASSETS)) cpSync(file, join('dist', file));
