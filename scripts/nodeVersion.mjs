/** Run by `npm version`, before it commits: each result names the version of the node that decided. */
import { writeFileSync } from 'node:fs';

const FILE = new URL('../nodes/BiometricVerify/output/nodeVersion.ts', import.meta.url);

writeFileSync(
	FILE,
	`/** The version in package.json; each result names it. */
export const NODE_VERSION = '${process.env.npm_package_version}';
`,
);
