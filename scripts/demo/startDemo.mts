import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { SetupError, step, tryLock } from '../bootstrap.mjs';
import { startMailbox } from '../mailbox.mts';
import { ensureN8n } from '../n8n/install.mts';
import { ensurePackage, installPackage, NODE_TYPE } from '../n8n/package.mts';
import { N8nClient, type Workflow } from '../n8n/rest.mts';
import { startN8n } from '../n8n/server.mts';
import { RUNTIME, temporaryFolder } from '../paths.mts';
import { findFreePort } from '../ports.mts';
import { type Running, stopAll } from '../processes.mts';
import { makeSamples, type Pair, samples } from '../samples.mts';
import { SANDBOX_PORT, sandboxCredential, serviceOf, startSandbox } from '../sandbox.mts';
import type { Options } from './options.mts';
import { readOutcomes } from './outcome.mts';
import { printMail, printResults, printWhereToLook } from './print.mts';
import { DEMO, type DemoWorkflow, loadOnboarding, loadWorkflow } from './workflows.mts';

/** n8n's own. */
const USUAL_PORT = 5678;

/**
 * All that `npm start` does, from top to bottom. It sets the exit code of this process: 0 when
 * each pair of images took the branches that it should, else 1.
 *
 * @throws {SetupError} saying what went wrong and what to do
 */
export async function startDemo({ once, own }: Options): Promise<void> {
	// Where n8n keeps its data. What is shown once leaves nothing behind.
	const folder = once ? temporaryFolder('demo') : takeFolder(join(RUNTIME, 'demo'));
	const images = join(folder, 'images');

	// n8n, and beside it the node, packed and installed as users have it.
	const installNode = async () => installPackage(await ensurePackage(), folder);
	const [installation] = await Promise.all([ensureN8n(), installNode()]);

	// The images, the sandbox in place of Kairos, n8n, and a mail server that prints what n8n sends.
	const port = await findFreePort(USUAL_PORT);
	const sandboxPort = await findFreePort(SANDBOX_PORT);
	const [sandbox, n8n] = await step('Start the sandbox and n8n', 'about 15 s', () =>
		Promise.all([
			startSandbox(sandboxPort),
			startN8n({ installation, userFolder: folder, port, filesFolder: images }),
			makeSamples(images),
		]),
	);
	const pairs = own ? [copyPair(own, images)] : samples;
	const mailbox = await startMailbox('Mail to this terminal', printMail);

	// The credentials and workflows. What an earlier start left is brought up to date.
	const client = new N8nClient(n8n.url);
	await client.logIn(n8n.owner);
	if (!(await client.hasNodeType(NODE_TYPE))) {
		throw new SetupError(`n8n has not loaded the node. See ${n8n.process.logFile}.`);
	}
	const kairosId = await client.saveCredential(sandboxCredential(sandbox.url));
	const smtpId = await client.saveCredential(mailbox.credential);
	const load = (workflow: DemoWorkflow) => loadWorkflow(workflow, images, kairosId, pairs);
	await client.saveWorkflow(load(DEMO.samples));

	// The verdicts, and meanwhile what there is to try.
	const down = failWhenDown({ n8n: n8n.process, 'The sandbox': sandbox.process });
	const { id, trigger } = DEMO.samples;
	const onboarding = loadOnboarding({ kairosId, smtpId }, serviceOf(sandbox.url));
	const [execution] = await Promise.race([
		Promise.all([
			step('Verify the images', 'about 5 s', () => client.runManually(id, trigger)),
			client.publishWorkflow(load(DEMO.ownImages)),
			publishOnboarding(onboarding, client, folder),
		]),
		down,
	]);
	const isAsExpected = printResults(pairs, readOutcomes(execution.data));
	process.exitCode = isAsExpected ? 0 : 1;

	// Up to the person, until Ctrl-C.
	if (!once) {
		printWhereToLook(n8n, execution.id, sandbox.url, images);
		await down;
	}
	await stopAll();
}

/** What an earlier start published stays as the person has made it since, until a file changes. */
async function publishOnboarding(
	workflows: Workflow[],
	client: N8nClient,
	folder: string,
): Promise<void> {
	const stamp = join(folder, 'published.json');
	const text = JSON.stringify(workflows);
	const isSame = existsSync(stamp) && readFileSync(stamp, 'utf8') === text;
	const published = await client.publishedIds();
	if (isSame && workflows.every(({ id }) => published.includes(id))) return;
	await step('Publish the example for onboarding', 'about 5 s', async () => {
		for (const workflow of workflows) await client.publishWorkflow(workflow);
	});
	writeFileSync(stamp, text);
}

/** @throws {SetupError} when another `npm start` has it: its data can be used by one at a time */
function takeFolder(folder: string): string {
	const lock = tryLock(`${folder}.lock`);
	if ('release' in lock) return folder;
	throw new SetupError(
		`This is already running (process ${lock.heldBy}). ` +
			'Look at the terminal where it runs, and stop it there with Ctrl-C.',
	);
}

/** Copies the person's own images to where the workflow may read. */
function copyPair({ selfie, photo }: NonNullable<Options['own']>, folder: string): Pair {
	const files = { selfie: `selfie${extname(selfie)}`, photo: `photo${extname(photo)}` };
	copyFileSync(selfie, join(folder, files.selfie));
	copyFileSync(photo, join(folder, files.photo));
	return { name: 'Your images', ...files };
}

/** @throws {SetupError} as soon as one of the processes ends without having been asked to */
export async function failWhenDown(processes: Record<string, Running>): Promise<never> {
	const ends = Object.entries(processes).map(async ([name, process]) => {
		const end = await process.exited;
		return `${name} ended by itself (${end}). Its last lines:\n${process.lastLines(15)}`;
	});
	throw new SetupError(await Promise.race(ends));
}
