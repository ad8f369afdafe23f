import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const HEARTBEAT_MS = 5_000;
const STALE_AFTER_MS = 30_000;
const RETRY_MS = 500;

/**
 * Takes the lock at `file`, or says who has it.
 *
 * A lock is a file that names its holder and is touched every 5 s. It counts as abandoned when
 * that process is gone, or, where another machine or container shares the folder, when nobody
 * has touched it for 30 s: a process number alone may belong to someone else after a restart.
 *
 * @param {string} file
 * @returns {{ release: () => void } | { heldBy: number }}
 */
export function tryLock(file) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	for (;;) {
		try {
			fs.writeFileSync(file, `${process.pid} ${os.hostname()}\n`, { flag: 'wx' });
			return { release: keep(file) };
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
		const holder = readHolder(file);
		if (holder?.isAlive) return { heldBy: holder.pid };
		if (holder) removeAbandoned(file, holder.text);
	}
}

/**
 * Waits until the lock at `file` is free and takes it.
 *
 * @param {string} file
 * @param {(heldBy: number) => void} onWait called once, when the lock is not free at first
 * @returns {Promise<() => void>} the function that gives the lock back
 */
export async function lock(file, onWait) {
	for (let attempt = 0; ; attempt++) {
		const result = tryLock(file);
		if ('release' in result) return result.release;
		if (attempt === 0) onWait(result.heldBy);
		await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
	}
}

function keep(file) {
	const heartbeat = setInterval(() => {
		// The folder may be removed under a running process: then there is nothing to keep.
		fs.utimes(file, new Date(), new Date(), () => {});
	}, HEARTBEAT_MS);
	heartbeat.unref();
	const release = () => {
		clearInterval(heartbeat);
		process.off('exit', release);
		fs.rmSync(file, { force: true });
	};
	process.on('exit', release);
	return release;
}

function readHolder(file) {
	try {
		const text = fs.readFileSync(file, 'utf8');
		const age = Date.now() - fs.statSync(file).mtimeMs;
		const [pid, host] = text.trim().split(' ');
		const isGone = host === os.hostname() && !isRunning(Number(pid));
		return { text, pid: Number(pid), isAlive: age < STALE_AFTER_MS && !isGone };
	} catch (error) {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	}
}

function isRunning(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** Two processes may find the same abandoned lock: only the one whose rename wins removes it. */
function removeAbandoned(file, text) {
	const aside = `${file}.${process.pid}`;
	try {
		fs.renameSync(file, aside);
	} catch (error) {
		if (error.code === 'ENOENT') return;
		throw error;
	}
	const tookAnothers = fs.readFileSync(aside, 'utf8') !== text;
	if (tookAnothers && !fs.existsSync(file)) fs.renameSync(aside, file);
	else fs.rmSync(aside, { force: true });
}
