import type { ReadStream, WriteStream } from 'node:tty';
import { SetupError } from '../bootstrap.mjs';
import type { Keys } from './redact.mts';

/** What is used of a terminal's two sides. */
export interface Terminal {
	input: Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;
	output: Pick<WriteStream, 'write'>;
}

const ENTER = /[\r\n]/;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = /[\b\u007f]/;

/**
 * Takes the keys from the environment, or asks for them on the terminal, where they do not show.
 *
 * @throws {SetupError} when there is neither, or the person gives up
 */
export async function readKeys(env: NodeJS.ProcessEnv, terminal: Terminal): Promise<Keys> {
	const appId = env.KAIROS_APP_ID ?? (await ask('App ID', 'hidden', terminal));
	const appKey = env.KAIROS_APP_KEY ?? (await ask('App Key', 'hidden', terminal));
	if (appId.trim() === '' || appKey.trim() === '') {
		throw new SetupError('App ID or App Key is empty.');
	}
	return { appId: appId.trim(), appKey: appKey.trim() };
}

/**
 * Asks for a yes.
 *
 * @throws {SetupError} when there is no terminal, or the person gives up
 */
export async function confirm(question: string, terminal: Terminal): Promise<boolean> {
	const answer = await ask(`${question} (yes/no)`, 'shown', terminal);
	return /^y(es)?$/i.test(answer.trim());
}

async function ask(
	question: string,
	echo: 'hidden' | 'shown',
	{ input, output }: Terminal,
): Promise<string> {
	if (!input.isTTY) {
		throw new SetupError(
			'There is no terminal to ask on. Set KAIROS_APP_ID and KAIROS_APP_KEY, and add --yes.',
		);
	}
	output.write(`${question}: `);
	input.setRawMode(true);
	input.resume();
	try {
		return await new Promise<string>((resolve, reject) => {
			let typed = '';
			const onData = (data: Buffer) => {
				for (const character of data.toString('utf8')) {
					if (character === CTRL_C || character === CTRL_D || ENTER.test(character)) {
						input.off('data', onData);
						output.write('\n');
						if (ENTER.test(character)) resolve(typed);
						else reject(new SetupError('Nothing was sent.'));
						return;
					}
					const isBack = BACKSPACE.test(character);
					if (echo === 'shown' && !isBack) output.write(character);
					if (echo === 'shown' && isBack && typed !== '') output.write('\b \b');
					typed = isBack ? typed.slice(0, -1) : typed + character;
				}
			};
			input.on('data', onData);
		});
	} finally {
		input.setRawMode(false);
		input.pause();
	}
}
