const REPEAT_MS = 10_000;
const REDRAW_MS = 1_000;
const CLEAR_LINE = '\r\u001b[2K';

/** What is going on, and since when: some steps run side by side. */
const running = new Map();

/** Says how long it has taken, for all of them. */
let timer;

/**
 * Runs `work` under a progress line on stderr: on a terminal one line that counts the seconds,
 * elsewhere (a log) a line at the start, one every 10 s, and one at the end. stdout is left alone.
 *
 * @template T
 * @param {string} name what is being done
 * @param {string} usual how long it usually takes, for people: `about 4 min`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` gives; what it throws is thrown on, after a line that says so
 */
export async function step(name, usual, work) {
	const isTerminal = process.stderr.isTTY === true;
	const startedAt = Date.now();
	running.set(name, startedAt);
	if (!isTerminal) say(`  ${name} (${usual})`);
	timer ??= setInterval(() => draw(isTerminal), isTerminal ? REDRAW_MS : REPEAT_MS);
	const finish = (text) => {
		running.delete(name);
		if (running.size === 0) {
			clearInterval(timer);
			timer = undefined;
		}
		say(isTerminal ? `${CLEAR_LINE}${text}` : text);
		if (isTerminal) draw(isTerminal);
	};
	if (isTerminal) draw(isTerminal);
	try {
		const result = await work();
		finish(`✓ ${name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
		return result;
	} catch (error) {
		finish(`✗ ${name}: failed after ${secondsSince(startedAt)} s`);
		throw error;
	}
}

/** Says how long everything that is going on has taken; on a terminal in place. */
function draw(isTerminal) {
	const states = [...running].map(([name, startedAt]) => `${name}: ${secondsSince(startedAt)} s`);
	if (isTerminal)
		process.stderr.write(`${CLEAR_LINE}${states.length > 0 ? '  ' : ''}${states.join(' | ')}`);
	else say(`    ${states.join(' | ')}`);
}

function secondsSince(startedAt) {
	return Math.round((Date.now() - startedAt) / 1000);
}

/**
 * Writes a line to stderr.
 *
 * @param {string} text
 */
export function say(text) {
	process.stderr.write(`${text}\n`);
}
