/** The part of n8n's scanner of community packages that the gate calls; it comes without types. */
declare module '@n8n/scan-community-package/scanner/scanner.mjs' {
	import type { Linter } from 'eslint';

	/** What the scanner looks at in a package's source repository. */
	export const SOURCE_FILE_PATTERNS: string[];

	/** The rules of the scan. */
	export function buildScanConfig(): Promise<Linter.Config[]>;
}
