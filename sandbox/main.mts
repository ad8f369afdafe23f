import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startFaceEngine } from './faceEngine.mts';
import { buildServer } from './server.mts';
import { steerFile } from './steerFile.mts';

const USAGE = `npm run sandbox -- [options]
  --port NUMBER      port to listen on, 0 for any free one (default 7411)
  --host ADDRESS     address to listen on (default 127.0.0.1)
  --allow-host NAME  answer to this host name, too; may be given several times
  --app-id ID        App ID that requests must send (default sandbox)
  --app-key KEY      App Key that requests must send (default sandbox)
  --workers NUMBER   face engines side by side (default one per core, at most 2)

npm run sandbox -- steer IMAGE --out FILE [steering]
  writes a copy of an image that tells the sandbox what to respond

See sandbox/README.md. This is not a real identity check: its liveness is a placeholder.`;

async function serve(args: string[]): Promise<void> {
	const { values } = parseArgs({
		args,
		options: {
			port: { type: 'string', default: '7411' },
			host: { type: 'string', default: '127.0.0.1' },
			'allow-host': { type: 'string', multiple: true, default: [] },
			'app-id': { type: 'string', default: 'sandbox' },
			'app-key': { type: 'string', default: 'sandbox' },
			workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return console.log(USAGE);

	// A sandbox that a script started must not outlive that script.
	for (const end of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(end, () => process.exit(0));
	const { host, port, 'app-id': appId, 'app-key': appKey } = values;
	const allowed = values['allow-host'].map((name) => name.toLowerCase());
	const hosts = ['127.0.0.1', '[::1]', 'localhost', ...allowed];
	const findFaces = await startFaceEngine(Number(values.workers));
	const app = buildServer({ appId, appKey, hosts, findFaces });
	console.log(`Sandbox ready at ${await app.listen({ host, port: Number(port) })}`);
	console.log('App ID and App Key: sandbox, unless you chose others.');
	console.log('Liveness is a placeholder: this is not a real identity check.');
}

const args = process.argv.slice(2);
try {
	await (args[0] === 'steer' ? steerFile(args.slice(1)) : serve(args));
} catch (error) {
	console.error((error as Error).message);
	process.exit(1);
}
