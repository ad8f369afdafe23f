import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';

const KEPT_LINES = 200;
const GRACE_MS = 8_000;

/** What Node.js is started with so that the process ends when we do, even if we are killed. */
export const EXIT_WITH_PARENT = [
	'--import',
	pathToFileURL(join(import.meta.dirname, 'exitWithParent.mjs')).href,
];

export interface ProcessOptions {
	cwd?: string;
	/** Default: our own environment. */
	env?: NodeJS.ProcessEnv;
	/** Gets all that the process writes, from its beginning. Its folder must be there. */
	logFile?: string;
	/** Called with each line that the process writes. */
	onLine?: (line: string) => void;
}

export interface Running {
	pid: number;
	/** How it ended: `code 1`, `signal SIGKILL`. Never rejects. */
	exited: Promise<string>;
	/** Where all that it writes is kept, if anywhere. */
	logFile: string | undefined;
	/** The last lines that it wrote, at most 200. */
	lastLines(count: number): string;
	/** Sends SIGTERM, then SIGKILL if the process is still there 8 s later. */
	stop(): Promise<void>;
}

const running = new Set<Running>();

/**
 * Starts a process, which is told to end when this one does.
 *
 * @throws {Error} when the command cannot be started
 */
export async function startProcess(
	command: string,
	args: string[],
	{ cwd = process.cwd(), env = process.env, logFile, onLine }: ProcessOptions = {},
): Promise<Running> {
	const output = logFile === undefined ? ('pipe' as const) : ['pipe' as const, { file: logFile }];
	const subprocess = execa(command, args, {
		cwd,
		env,
		extendEnv: false,
		stdin: 'ignore',
		stdout: output,
		stderr: output,
		all: true,
		// This channel closes when we are gone, even if we were killed: by that the process knows.
		ipc: true,
		buffer: false,
		reject: false,
		forceKillAfterDelay: GRACE_MS,
	});
	const lines: string[] = [];
	createInterface({ input: subprocess.all }).on('line', (line) => {
		lines.push(line);
		if (lines.length > KEPT_LINES) lines.shift();
		onLine?.(line);
	});
	await once(subprocess.nodeChildProcess, 'spawn');

	const exited = subprocess.then(({ exitCode, signal }) => {
		running.delete(started);
		return signal === undefined ? `code ${exitCode}` : `signal ${signal}`;
	});
	const started: Running = {
		pid: subprocess.pid as number,
		exited,
		logFile,
		lastLines: (count) => lines.slice(-count).join('\n'),
		stop: async () => {
			subprocess.kill();
			await exited;
		},
	};
	running.add(started);
	return started;
}

/** Ends all that `startProcess` started and that still runs, side by side. */
export async function stopAll(): Promise<void> {
	await Promise.all([...running].map((process) => process.stop()));
}
