import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const KEPT_LINES = 200;

/** What Node.js is started with so that the process ends when we do, even if we are killed. */
export const END_WITH_US = [
	'--import',
	pathToFileURL(join(import.meta.dirname, 'endWithParent.mjs')).href,
];

export interface ProcessOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Gets all that the process writes, from its beginning. */
	logFile?: string;
	/** Called with each line that the process writes to stdout. */
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
	/** SIGTERM, then SIGKILL for what is left of its group after `graceMs` (default 8,000). */
	stop(graceMs?: number): Promise<void>;
}

const running = new Set<Running>();

/**
 * Starts a process as the leader of a group of its own: a Ctrl-C in the terminal does not reach
 * it, so that its end stays in our hands, and what it starts itself ends with it.
 *
 * @throws when the command cannot be started
 */
export async function startProcess(
	command: string,
	args: string[],
	{ cwd, env, logFile, onLine }: ProcessOptions = {},
): Promise<Running> {
	const child = spawn(command, args, {
		cwd,
		env,
		// The channel closes when we are gone, even if we were killed: by that the process knows.
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
		detached: true,
	});
	const stdout = child.stdout as Readable;
	const stderr = child.stderr as Readable;
	const lines: string[] = [];
	const keep = (line: string) => {
		lines.push(line);
		if (lines.length > KEPT_LINES) lines.shift();
	};
	createInterface({ input: stdout }).on('line', (line) => {
		keep(line);
		onLine?.(line);
	});
	createInterface({ input: stderr }).on('line', keep);
	if (logFile !== undefined) {
		mkdirSync(dirname(logFile), { recursive: true });
		const log = createWriteStream(logFile);
		stdout.pipe(log, { end: false });
		stderr.pipe(log, { end: false });
		child.once('close', () => log.end());
	}
	await once(child, 'spawn');

	const pid = child.pid as number;
	const exited = once(child, 'close').then(([code, signal]) => {
		running.delete(started);
		return signal === null ? `code ${code as number}` : `signal ${signal as string}`;
	});
	const started: Running = {
		pid,
		exited,
		logFile,
		lastLines: (count) => lines.slice(-count).join('\n'),
		stop: async (graceMs = 8_000) => {
			signalGroup(pid, 'SIGTERM');
			const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
			await exited;
			clearTimeout(timer);
			signalGroup(pid, 'SIGKILL');
		},
	};
	running.add(started);
	return started;
}

/** Ends all that `startProcess` started and that still runs, side by side. */
export async function stopAll(graceMs?: number): Promise<void> {
	await Promise.all([...running].map((process) => process.stop(graceMs)));
}

/** Ends it all at once, without a chance to clean up: the last resort, and it cannot wait. */
export function killAll(): void {
	for (const { pid } of running) signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		// ESRCH: nothing of the group is left, which is what was wanted.
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}

// Whatever ends this process, a crash included, nothing that it started stays behind.
process.on('exit', killAll);
