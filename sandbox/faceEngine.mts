import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { PredictedFace } from './response.mts';

/** A square with the decoded image at its top left: RGB, 3 bytes a pixel, row by row. */
export interface Pixels {
	data: Uint8Array;
	side: number;
	/** Of the image inside the square. */
	width: number;
	height: number;
}

export interface Face extends PredictedFace {
	/** The engine's liveness, 0..1: a placeholder, it does not tell a face from an image of one. */
	live: number;
	/** 1024 numbers, to be compared by their cosine. */
	embedding: Float32Array;
}

/**
 * Finds the faces of one image, the largest first.
 * @throws Error when the worker that had the image breaks down, or when the signal aborts
 */
export type FindFaces = (image: Pixels, signal: AbortSignal) => Promise<Face[]>;

/**
 * Starts the face engine: a pool of worker threads, one image at a time in each, because the engine
 * mixes up images that it gets side by side.
 * @param workers how many threads; on 2 cores 2 are measured best, 3 are slower than 1
 * @throws Error when a worker cannot load its models
 */
export async function startFaceEngine(workers: number): Promise<FindFaces> {
	const pool = new Piscina<Pixels, Face[]>({
		filename: join(import.meta.dirname, 'faceWorker.mts'),
		minThreads: workers,
		maxThreads: workers,
		concurrentTasksPerWorker: 1,
	});
	// One image for each worker: it waits for the models, and the first detection is the slowest.
	const black: Pixels = { data: new Uint8Array(64 * 64 * 3), side: 64, width: 64, height: 64 };
	await Promise.all(Array.from({ length: workers }, () => pool.run(black)));
	return (image, signal) => pool.run(image, { signal });
}
