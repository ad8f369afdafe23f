import { parentPort } from 'node:worker_threads';
import type { Pixels, WorkerMessage } from '../../../sandbox/faceEngine.mts';

/** A stand-in for the face worker: breaks down on an image 13 pixels wide, takes a second on 1000. */
parentPort?.on('message', ({ width }: Pixels) => {
	if (width === 13) throw new Error('bad luck');
	const box = { left: 0, top: 0, width: 1, height: 1 };
	const embedding = Float32Array.of(width);
	const message: WorkerMessage = { faces: [{ box, confidence: 1, live: 1, embedding }] };
	setTimeout(() => parentPort?.postMessage(message), width === 1000 ? 1000 : 5);
});
parentPort?.postMessage('ready' satisfies WorkerMessage);
