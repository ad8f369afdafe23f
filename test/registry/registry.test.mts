/**
 * `npm run test:registry`: the life of the package in a real n8n, from a registry on this
 * computer: installed by what n8n's community-nodes screen calls, used, updated, uninstalled.
 */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildPackage } from '../../scripts/copy.mts';
import { DEMO, loadWorkflow } from '../../scripts/demo/workflows.mts';
import { readOutcomes } from '../../scripts/demo/outcome.mts';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { NODE_TYPE } from '../../scripts/n8n/package.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { type N8nServer, startN8n } from '../../scripts/n8n/server.mts';
import { ROOT, RUNTIME } from '../../scripts/paths.mts';
import { stopAll } from '../../scripts/processes.mts';
import { step } from '../../scripts/bootstrap.mjs';
import { makeSamples, samples } from '../../scripts/samples.mts';
import { type Sandbox, sandboxCredential, startSandbox } from '../../scripts/sandbox.mts';
import { stopOnSignals } from '../../scripts/signals.mts';
import { installingFrom } from './npmOfN8n.mts';
import { type Registry, startRegistry } from './registry.mts';

const FOLDER = join(RUNTIME, 'registry');
const IMAGES = join(FOLDER, 'images');
const SCREEN = '/rest/community-packages';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
	name: string;
	version: string;
};
const FIRST = manifest.version;
const SECOND = FIRST.replace(/\d+$/, (patch) => String(Number(patch) + 1));

/** A package as n8n's community-nodes screen shows it. */
interface Installed {
	packageName: string;
	installedVersion: string;
	updateAvailable?: string;
	installedNodes: { name: string; type: string; latestVersion: number }[];
}

stopOnSignals();

// Each goes on where the one before it ended.
void describe(`${manifest.name} in n8n`, () => {
	let registry: Registry;
	let sandbox: Sandbox;
	let n8n: N8nServer;
	let client: N8nClient;

	before(async () => {
		rmSync(FOLDER, { recursive: true, force: true });
		const installation = await ensureN8n();
		registry = await startRegistry(join(FOLDER, 'registry'));
		await publish(FIRST);
		sandbox = await step('Start the sandbox', 'about 2 s', startSandbox);
		await makeSamples(IMAGES);
		n8n = await step('Start n8n', 'about 10 s', () =>
			startN8n({
				installation,
				userFolder: join(FOLDER, 'n8n'),
				filesFolder: IMAGES,
				env: installingFrom(registry.url, join(FOLDER, 'bin')),
			}),
		);
		client = new N8nClient(n8n.url);
		await client.logIn(n8n.owner);
	});
	after(() => stopAll());

	test('is installed by its name', async () => {
		const { name } = manifest;
		const { installedVersion, installedNodes } = await client.call<Installed>('POST', SCREEN, {
			name,
		});
		assert.equal(installedVersion, FIRST);
		const [node, ...others] = installedNodes;
		assert.equal(node?.type, NODE_TYPE);
		assert.equal(node.latestVersion, 1);
		assert.deepEqual(others, []);
		assert.ok(await client.hasNodeType(NODE_TYPE));
	});

	test('gives the editor its icons, and the fields to suggest before the first run', async () => {
		const schema = await fetch(`${n8n.url}/schemas/${NODE_TYPE}/1.0.0.json`);
		const { properties } = (await schema.json()) as {
			properties: { verification: { properties: object } };
		};
		assert.ok('decision' in properties.verification.properties);
		for (const icon of ['kairos.svg', 'kairos.dark.svg']) {
			const url = `${n8n.url}/icons/${manifest.name}/dist/icons/${icon}`;
			assert.match(await (await fetch(url)).text(), /^<svg/);
		}
	});

	test('verifies sample images in a workflow', async () => {
		const credentialId = await client.saveCredential(sandboxCredential(sandbox.url));
		await client.saveWorkflow(loadWorkflow(DEMO.samples, IMAGES, credentialId));
		await verifySamples();
	});

	test('is offered its second version, and is updated to it', async () => {
		await publish(SECOND);
		const [offered] = await installed();
		assert.equal(offered?.updateAvailable, SECOND);
		const updated = await client.call<Installed>('PATCH', SCREEN, { name: manifest.name });
		assert.equal(updated.installedVersion, SECOND);
		const [now] = await installed();
		assert.equal(now?.installedVersion, SECOND);
		assert.equal(now?.updateAvailable, undefined);
	});

	test('runs the workflow that was built with the first version as before', verifySamples);

	test('is gone when it is uninstalled', async () => {
		await client.call('DELETE', `${SCREEN}?name=${manifest.name}`);
		assert.deepEqual(await installed(), []);
		assert.equal(await client.hasNodeType(NODE_TYPE), false);
	});

	async function publish(version: string): Promise<void> {
		await step(`Build and publish version ${version}`, 'about 10 s', async () =>
			registry.publish(await buildPackage(version)),
		);
	}

	async function installed(): Promise<Installed[]> {
		return await client.call<Installed[]>('GET', SCREEN);
	}

	/** Runs the workflow of the samples, as it was saved, and sees each leave as it must. */
	async function verifySamples(): Promise<void> {
		const { data } = await client.runManually(DEMO.samples.id, DEMO.samples.trigger);
		const outcomes = readOutcomes(data);
		assert.deepEqual(
			[...outcomes].map(([name, { outputs }]) => `${name}: ${outputs.join(', ')}`).sort(),
			samples.map(({ name, expected }) => `${name}: ${expected.join(', ')}`).sort(),
		);
	}
});
