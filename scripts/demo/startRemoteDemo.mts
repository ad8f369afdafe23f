import { SetupError, step } from '../bootstrap.mjs';
import type { WorkflowNode } from '../n8n/rest.mts';
import { findFreePort } from '../ports.mts';
import { SANDBOX_PORT, sandboxCredential, startSandbox } from '../sandbox.mts';
import type { Remote } from './options.mts';
import { failWhenDown } from './startDemo.mts';
import { DEMO, loadWorkflow } from './workflows.mts';

/** What n8n's public API takes and gives of a workflow here. */
interface RemoteWorkflow {
	id: string;
	nodes: WorkflowNode[];
}

/**
 * `npm start` with an n8n that is running already: gives it a credential for a sandbox on this
 * computer, and the form for one's own images. By its public API, n8n runs no workflow and tells of
 * no node types, and it cannot read the sample images here: so there are no verdicts to print.
 *
 * @throws {SetupError} saying what went wrong and what to do
 */
export async function startRemoteDemo({ url, apiKey, reachedAs }: Remote): Promise<void> {
	const sandbox = await step('Start the sandbox', 'about 2 s', async () =>
		startSandbox(await findFreePort(SANDBOX_PORT), reachedAs),
	);
	const call = async <T,>(method: string, path: string, body?: object): Promise<T> => {
		const response = await fetch(`${url}/api/v1${path}`, {
			method,
			headers: { 'X-N8N-API-KEY': apiKey, 'Content-Type': 'application/json' },
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (response.ok) return JSON.parse(text) as T;
		throw new SetupError(`n8n answered ${response.status} to ${method} ${path}: ${text}`);
	};
	await step('Set up the credential and the form', 'about 1 s', async () => {
		const credential = sandboxCredential(sandbox.url);
		const { name, nodes, connections, settings } = loadWorkflow(DEMO.ownImages, '', '');
		const query = `/workflows?name=${encodeURIComponent(name)}`;
		const { data } = await call<{ data: RemoteWorkflow[] }>('GET', query);
		// What an earlier start left is brought up to date; a credential of one's own is left alone.
		const known = data[0]?.nodes.find(({ credentials }) => credentials?.['kairosApi']);
		const { id: knownId, name: knownName } = known?.credentials?.['kairosApi'] ?? {};
		const { id } =
			knownName === credential.name
				? await call<{ id: string }>('PATCH', `/credentials/${knownId}`, credential)
				: await call<{ id: string }>('POST', '/credentials', credential);
		for (const { credentials } of nodes) {
			if (credentials?.['kairosApi']) credentials['kairosApi'] = { id, name: credential.name };
		}
		const body = { name, nodes, connections, settings };
		const saved = data[0]
			? await call<RemoteWorkflow>('PUT', `/workflows/${data[0].id}`, body)
			: await call<RemoteWorkflow>('POST', '/workflows', body);
		await call('POST', `/workflows/${saved.id}/activate`);
	});
	console.log(`
Your own images:    ${url}/${DEMO.ownImages.path}
Sandbox:            ${sandbox.url}
Stop:               Ctrl-C; the workflow and its credential stay in n8n
`);
	await failWhenDown({ 'The sandbox': sandbox.process });
}
