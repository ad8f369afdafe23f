import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureN8n, type N8nInstallation } from '../n8n/install.mts';
import { buildPackage } from '../copy.mts';
import { installPackage } from '../n8n/package.mts';
import { N8nClient } from '../n8n/rest.mts';
import { type N8nServer, startN8n } from '../n8n/server.mts';
import { N8nRestError } from '../n8n/session.mts';
import { makeImages } from '../images.mts';
import { type Mail, startMailbox } from '../mailbox.mts';
import { isPortFree } from '../ports.mts';
import { startSandbox } from '../sandbox.mts';
import type { Server } from '../server.mts';
import { say, SetupError, step } from '../bootstrap.mjs';
import { setUpDemo } from './setUp.mts';

const USUAL_PORT = 5678;

/** All that is up when the demo can be shown. */
export interface Stage {
	n8n: N8nServer;
	client: N8nClient;
	sandbox: Server;
}

interface Parts {
	folder: string;
	/** 0 for any free one. */
	port: number;
	tarball: string;
	installation: N8nInstallation;
	sandbox: Server;
}

/**
 * Builds and installs what is missing, starts the sandbox and n8n, and sets the demo up in it.
 *
 * @param folder keeps n8n's data and the sample images from one start to the next
 * @param port for n8n; without it the usual one if `prefersUsualPort` and it is free, or any
 * @throws {SetupError} saying what went wrong and what to do
 */
export async function setStage(
	folder: string,
	{ port, prefersUsualPort }: { port?: number; prefersUsualPort: boolean },
): Promise<Stage> {
	if (port !== undefined && !(await isPortFree(port))) {
		throw new SetupError(`Port ${port} is taken. Choose another by --port, or leave it out.`);
	}
	const anyPort = prefersUsualPort && (await isPortFree(USUAL_PORT)) ? USUAL_PORT : 0;
	const tarball = await step('Build and pack the node', 'about 10 s', buildPackage);
	const installation = await ensureN8n();
	const sandbox = await step('Start the sandbox', 'about 2 s', startSandbox);
	const parts = { folder, port: port ?? anyPort, tarball, installation, sandbox };
	return await raiseOrStartOver(parts);
}

/** What an earlier start stored may not fit any more: then a fresh folder takes its place. */
async function raiseOrStartOver(parts: Parts): Promise<Stage> {
	const { folder } = parts;
	const hasStored = existsSync(join(folder, '.n8n', 'database.sqlite'));
	try {
		return await raise(parts);
	} catch (error) {
		if (!hasStored || !(error instanceof N8nRestError)) throw error;
		const kept = `${folder}.kept`;
		rmSync(kept, { recursive: true, force: true });
		renameSync(folder, kept);
		say(`What an earlier start stored does not fit: ${error.message}`);
		say(`Starting over with a fresh n8n; the old data is kept in ${kept}.`);
		return await raise(parts);
	}
}

async function raise({ folder, port, tarball, installation, sandbox }: Parts): Promise<Stage> {
	const images = join(folder, 'images');
	await step('Install the node and make the sample images', 'about 3 s', () =>
		Promise.all([installPackage(tarball, folder), makeImages(images)]),
	);
	const n8n = await step('Start n8n', 'about 10 s', () =>
		startN8n({ installation, userFolder: folder, port, filesFolder: images }),
	);
	const client = new N8nClient(n8n.url);
	const mailbox = await startMailbox('Mail to this terminal', showMail);
	try {
		await step('Set up login, credential and workflows', 'about 2 s', () =>
			setUpDemo(client, sandbox.url, images, mailbox.credential),
		);
	} catch (error) {
		await n8n.stop();
		throw error;
	}
	return { n8n, client, sandbox };
}

function showMail({ to, subject, text }: Mail): void {
	say(`\nEmail to ${to}: ${subject}\n${text.trimEnd().replaceAll(/^(?=.)/gm, '    ')}`);
}
