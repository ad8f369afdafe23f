import { ensureN8n } from '../../scripts/n8n/install.mts';
import { ensurePackage } from '../../scripts/n8n/package.mts';

/** Installs n8n, and builds and packs the node, before the time of the first test begins. */
export default async function setUp(): Promise<void> {
	if (process.env['E2E_N8N']) return;
	await ensureN8n();
	await ensurePackage();
}
