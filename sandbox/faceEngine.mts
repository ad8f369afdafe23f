import { Worker } from 'node:worker_threads';
import type { PredictedFace } from './response.mts';

/** A decoded image: RGB, 3 bytes a pixel, row by row. */
export interface Pixels {
	data: Uint8Array;
	width: number;
	height: number;
}

export interface Face extends PredictedFace {
	/** The engine's liveness, 0..1: a placeholder, it does not tell a face from an image of one. */
	live: number;
	/** 1024 numbers, to be compared by their cosine. */
	embedding: Float32Array;
}

export type WorkerMessage = 'ready' | { faces: Face[] };

export interface FaceEngine {
	/**
	 * Finds the faces of one image, the largest first.
	 * @throws Error when the worker that had the image broke down, when no worker is left, or when
	 * the signal ends the wait before a worker had time
	 */
	analyze(image: Pixels, signal?: AbortSignal): Promise<Face[]>;
	/** How many workers are ready. */
	ready(): number;
	/** Ends every worker at once. */
	close(): Promise<void>;
}

interface Job {
	image: Pixels;
	resolve(faces: Face[]): void;
	reject(error: Error): void;
}

interface Slot {
	worker: Worker;
	ready: boolean;
	job: Job | null;
	/** Why its worker ended. */
	reason: string;
}

/** An error that comes over from another thread is not always an instance of Error here. */
function messageOf(error: unknown): string {
	const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
	return String(hasMessage ? error.message : error);
}

class Pool implements FaceEngine {
	readonly #workerFile: URL;
	readonly #slots = new Set<Slot>();
	readonly #queue: Job[] = [];
	#closed = false;

	constructor(workerFile: URL) {
		this.#workerFile = workerFile;
	}

	/** Starts one worker; resolves when it is ready, rejects when it ends before that. */
	addWorker(): Promise<void> {
		const worker = new Worker(this.#workerFile);
		const slot: Slot = { worker, ready: false, job: null, reason: 'it ended' };
		this.#slots.add(slot);
		return new Promise((resolve, reject) => {
			worker.on('message', (message: WorkerMessage) => {
				if (message === 'ready') {
					slot.ready = true;
					resolve();
				} else {
					slot.job?.resolve(message.faces);
					slot.job = null;
				}
				this.#dispatch();
			});
			worker.on('error', (error) => {
				slot.reason = messageOf(error);
			});
			worker.on('exit', () => {
				reject(new Error(slot.reason));
				this.#replace(slot);
			});
		});
	}

	analyze(image: Pixels, signal?: AbortSignal): Promise<Face[]> {
		return new Promise((resolve, reject) => {
			if (this.#closed || this.#slots.size === 0) {
				reject(new Error('no worker of the face engine is left: restart the sandbox'));
				return;
			}
			const job: Job = { image, resolve, reject };
			const drop = () => {
				const place = this.#queue.indexOf(job);
				if (place >= 0) this.#queue.splice(place, 1);
				reject(new Error('the client went away'));
			};
			if (signal?.aborted) return drop();
			signal?.addEventListener('abort', drop);
			this.#queue.push(job);
			this.#dispatch();
		});
	}

	ready(): number {
		return [...this.#slots].filter((slot) => slot.ready).length;
	}

	async close(): Promise<void> {
		this.#closed = true;
		await Promise.all([...this.#slots].map(({ worker }) => worker.terminate()));
	}

	#dispatch(): void {
		for (const slot of this.#slots) {
			if (!slot.ready || slot.job) continue;
			const job = this.#queue.shift();
			if (!job) return;
			slot.job = job;
			slot.worker.postMessage(job.image);
		}
	}

	#replace(slot: Slot): void {
		this.#slots.delete(slot);
		slot.job?.reject(new Error(`a worker of the face engine broke down: ${slot.reason}`));
		// One that never got ready would not the next time either: no endless restarts.
		if (slot.ready && !this.#closed) this.addWorker().catch(() => undefined);
		if (this.#slots.size > 0) return;
		for (const job of this.#queue.splice(0)) job.reject(new Error(slot.reason));
	}
}

/**
 * Starts the face engine: a pool of worker threads, one image at a time in each.
 * @param workers how many threads; on 2 cores 2 are measured best, 3 are slower than 1
 * @param workerFile another worker, for tests
 * @throws Error when a worker cannot load its models
 */
export async function startFaceEngine(
	workers: number,
	workerFile = new URL('./faceWorker.mts', import.meta.url),
): Promise<FaceEngine> {
	const pool = new Pool(workerFile);
	try {
		await Promise.all(Array.from({ length: workers }, () => pool.addWorker()));
	} catch (error) {
		await pool.close();
		throw error;
	}
	return pool;
}
