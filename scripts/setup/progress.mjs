const REPEAT_MS = 10_000;
const REDRAW_MS = 1_000;

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
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	const draw = (text) => process.stderr.write(isTerminal ? `\r\u001b[2K${text}` : `${text}\n`);
	const tick = () =>
		draw(isTerminal ? `  ${name} (${usual}) ${seconds()} s` : `    ${seconds()} s`);

	draw(`  ${name} (${usual})`);
	const timer = setInterval(tick, isTerminal ? REDRAW_MS : REPEAT_MS);
	const finish = (text) => {
		clearInterval(timer);
		draw(isTerminal ? `${text}\n` : text);
	};
	try {
		const result = await work();
		finish(`✓ ${name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
		return result;
	} catch (error) {
		finish(`✗ ${name}: failed after ${seconds()} s`);
		throw error;
	}
}

/**
 * Writes a line to stderr.
 *
 * @param {string} text
 */
export function say(text) {
	process.stderr.write(`${text}\n`);
}
