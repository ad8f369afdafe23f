import { parentPort } from 'node:worker_threads';
import type { Pixels, WorkerMessage } from './faceEngine.mts';
import { loadHuman } from './humanEngine.mts';

/**
 * One engine in one thread. The pool sends the next image only after the result of the last. An
 * error is not caught here: it ends the thread, and the pool starts a fresh one.
 */
const findFaces = await loadHuman();

function send(message: WorkerMessage): void {
	parentPort?.postMessage(message);
}

parentPort?.on('message', (image: Pixels) => {
	void findFaces(image).then((faces) => send({ faces }));
});
send('ready');
