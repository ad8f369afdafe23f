import { ensureN8n } from '../../scripts/n8n/install.mts';
import { buildPackage } from '../../scripts/copy.mts';
import { step } from '../../scripts/bootstrap.mjs';

/** Where the workers of Playwright find the packed package. */
export const TARBALL = 'E2E_TARBALL';

/** Installs n8n where it is not there yet, and builds and packs the node once for all tests. */
export default async function setUp(): Promise<void> {
	await ensureN8n();
	process.env[TARBALL] = await step('Build and pack the node', 'about 10 s', buildPackage);
}
