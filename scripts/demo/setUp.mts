import type { Credential, N8nClient, Owner } from '../n8n/rest.mts';
import { NODE_TYPE } from '../n8n/package.mts';
import { SetupError } from '../bootstrap.mjs';
import { DEMO, type DemoWorkflow, loadWorkflow } from './workflows.mts';

/** Who logs in to the demo's n8n. It is reachable from this computer only, so this is no secret. */
export const DEMO_OWNER: Owner = {
	email: 'demo@example.com',
	password: 'Kairos-demo-1',
	firstName: 'Demo',
	lastName: 'Owner',
};

/** The credential that points a workflow at a sandbox, whose keys are public. */
export function sandboxCredential(sandboxUrl: string): Credential {
	return {
		name: 'Kairos API (sandbox)',
		type: 'kairosApi',
		data: {
			appId: 'sandbox',
			appSecretKey: 'sandbox',
			baseUrl: sandboxUrl,
			apiVersion: 'v0.1',
		},
	};
}

/**
 * Brings a running n8n to where the demo can be shown: logged in, with the credential and the
 * workflows as they are now. What an earlier start left is brought up to date.
 *
 * @param smtp where the workflows' mail goes
 * @throws {SetupError} when n8n has not loaded the node
 * @throws {N8nRestError} when n8n refuses: most likely what it has stored is not the demo's
 */
export async function setUpDemo(
	n8n: N8nClient,
	sandboxUrl: string,
	imagesFolder: string,
	smtp: Credential,
): Promise<void> {
	await n8n.logIn(DEMO_OWNER);
	if (!(await n8n.hasNodeType(NODE_TYPE))) {
		throw new SetupError(
			`n8n is up, but has not loaded ${NODE_TYPE}. The reason should be in its log, ` +
				'n8n.log beside its data.',
		);
	}
	const credentialId = await n8n.saveCredential(sandboxCredential(sandboxUrl));
	const smtpId = await n8n.saveCredential(smtp);
	const load = (workflow: DemoWorkflow) =>
		loadWorkflow(workflow, imagesFolder, credentialId, smtpId);
	await n8n.saveWorkflow(load(DEMO.samples));
	await n8n.publishWorkflow(load(DEMO.ownImages));
	await n8n.publishWorkflow(load(DEMO.onePair));
	await n8n.publishWorkflow(load(DEMO.onboarding));
}
