import { parentPort } from 'node:worker_threads';
import type { Pixels, WorkerMessage } from './faceEngine.mts';
import { loadHuman } from './humanEngine.mts';

/**
 * One engine in one thread. The pool sends the next picture only after the answer to the last. A
 * fault is not caught here: it ends the thread, and the pool starts a fresh one.
 */
const findFaces = await loadHuman();

function send(message: WorkerMessage): void {
	parentPort?.postMessage(message);
}

parentPort?.on('message', (picture: Pixels) => {
	void findFaces(picture).then((faces) => send({ faces }));
});
send('ready');
