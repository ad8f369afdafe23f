import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
/** Node 24: the sandbox is TypeScript that runs without a build. */
const node = process.execPath;
const main = join(root, 'sandbox', 'main.mts');

export interface Sandbox {
	/** Base address, with no slash at its end. */
	url: string;
	/** All that it has printed so far, on both streams. */
	output(): string;
	/** Ends it; resolves when it is gone. */
	stop(): Promise<void>;
	process: ChildProcess;
}

export interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

function launch(args: string[]) {
	// With an IPC channel the sandbox ends by itself when the tests are gone.
	const child = spawn(node, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
	const printed = { stdout: '', stderr: '' };
	for (const stream of ['stdout', 'stderr'] as const) {
		child[stream]?.setEncoding('utf8').on('data', (text: string) => (printed[stream] += text));
	}
	const ended = once(child, 'close').then(([code]): Ended => ({
		code: code as number,
		...printed,
	}));
	return { child, printed, ended };
}

/** Runs the sandbox's command line to its end, for calls that are to be refused. */
export function runSandbox(args: string[]): Promise<Ended> {
	return launch(args).ended;
}

/**
 * Starts a sandbox on a free port of 127.0.0.1.
 * @param args further command line options
 * @throws Error with what the sandbox said when it ends instead of getting ready
 */
export async function startSandbox(args: string[] = []): Promise<Sandbox> {
	const { child, printed, ended } = launch(['--port', '0', ...args]);
	const url = await new Promise<string>((resolve, reject) => {
		child.stdout?.on('data', () => {
			const ready = /^Sandbox ready at (\S+)$[^]*not a real identity check/m.exec(printed.stdout);
			if (ready?.[1]) resolve(ready[1]);
		});
		void ended.then(({ code, stderr }) => reject(new Error(`Sandbox ended (${code}): ${stderr}`)));
	});
	return {
		url,
		output: () => printed.stdout + printed.stderr,
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
		},
		process: child,
	};
}
