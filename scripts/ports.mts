import { randomInt } from 'node:crypto';
import getPort, { portNumbers } from 'get-port';

const LOWEST = 20_000;
/** Above it, systems take ports for outgoing connections (Linux from 32,768 on). */
const HIGHEST = 32_767;

/**
 * A port of 127.0.0.1 that is free now. n8n listens on it only some 20 s later, so it is a port
 * that no outgoing connection gets, and the search begins anywhere, as others search side by side.
 *
 * @param usual is taken if it is free
 */
export async function findFreePort(...usual: number[]): Promise<number> {
	const others = portNumbers(randomInt(LOWEST, HIGHEST), HIGHEST);
	return await getPort({ host: '127.0.0.1', port: [...usual, ...others] });
}
