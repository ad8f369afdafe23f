import { createHash } from 'node:crypto';
import { Refusal } from './refusal.mts';
import type { UploadedFile } from './upload.mts';

/** What a selfie's file name asks for; what it does not mention is left to the face engine. */
export interface Steering {
	/** Face match 0..1, or null for a response without one. */
	match?: number | null;
	/** Liveness 0..1, or null for a response without one. */
	liveness?: number | null;
	/** How many faces the selfie shows, 0..20. */
	faces?: number;
	/** HTTP status 200..599 to respond with instead of a verification. */
	status?: number;
	/** The status is given to this many requests, later ones are served as normal. */
	times?: number;
	/** Seconds for the Retry-After header of a steered status. */
	retryAfter?: number;
	/** Milliseconds to wait before the response. */
	delay?: number;
	/** The words as they were written, for the log. */
	words: string[];
}

type Whole = 'faces' | 'status' | 'times' | 'retry-after' | 'delay';

const ranges: Record<Whole, { least: number; most: number }> = {
	faces: { least: 0, most: 20 },
	status: { least: 200, most: 599 },
	times: { least: 0, most: 1000 },
	'retry-after': { least: 0, most: 3600 },
	delay: { least: 0, most: 120_000 },
};

/**
 * A word stands after a dot and before a dot or the end. A score's decimals hold a dot
 * themselves, so `match-0.48x` must not be read as `match-0` followed by something else.
 */
const wordPattern =
	/(?<=\.)(?:(?<score>match|liveness)-(?<of>null|-?(?:\d+\.\d+|\d+(?!\.\d)))|(?<whole>faces|status|times|retry-after|delay)-(?<by>\d+))(?=\.|$)/g;

function readScore(word: string, value: string): number | null {
	if (value === 'null') return null;
	const score = Number(value);
	if (score < 0 || score > 1) {
		throw new Refusal(
			400,
			`The selfie's file name steers by "${word}", but a score is a number from 0 to 1, or null.`,
		);
	}
	return score;
}

function readWhole(word: string, name: Whole, value: string): number {
	const { least, most } = ranges[name];
	const number = Number(value);
	if (number < least || number > most) {
		throw new Refusal(
			400,
			`The file name steers by "${word}", but ${name} is a whole number from ${least} to ${most}.`,
		);
	}
	return number;
}

/**
 * Reads the words in a selfie's file name, as in `me.match-0.48.liveness-0.0026.jpg`.
 * @throws Refusal 400 when a word's value is out of its range, or a word comes twice
 */
export function readSteering(fileName: string): Steering {
	const steering: Steering = { words: [] };
	const seen = new Set<string>();
	for (const { 0: word, groups = {} } of fileName.matchAll(wordPattern)) {
		const name = (groups['score'] ?? groups['whole']) as 'match' | 'liveness' | Whole;
		if (seen.has(name)) {
			throw new Refusal(400, `The file name steers by "${name}-" twice.`);
		}
		seen.add(name);
		steering.words.push(word);
		if (name === 'match' || name === 'liveness') {
			steering[name] = readScore(word, groups['of'] ?? '');
		} else {
			const value = readWhole(word, name, groups['by'] ?? '');
			steering[name === 'retry-after' ? 'retryAfter' : name] = value;
		}
	}
	return steering;
}

/**
 * Reads the one word that a photo's file name may carry, `faces-N`.
 * @throws Refusal 400 when N is out of range, or the word comes twice
 */
export function readPhotoSteering(fileName: string): Pick<Steering, 'faces' | 'words'> {
	const onlyFaces = [...fileName.matchAll(wordPattern)]
		.map(([word]) => word)
		.filter((word) => word.startsWith('faces-'));
	return readSteering(`.${onlyFaces.join('.')}`);
}

/**
 * Counts how often a steered status was given, for `times-N`: to each selfie by its name and its
 * bytes, because the node sends the same name for everybody whose file is steered alike.
 */
export class StatusCount {
	readonly #given = new Map<string, number>();
	readonly #mostSelfies: number;

	/** @param mostSelfies how many selfies are remembered; beyond it the oldest is forgotten */
	constructor(mostSelfies = 1000) {
		this.#mostSelfies = mostSelfies;
	}

	/** Whether this request gets the steered status; without `times` every request does. */
	claims({ fileName, bytes }: UploadedFile, { status, times }: Steering): boolean {
		if (status === undefined) return false;
		if (times === undefined) return true;
		const selfie = `${createHash('sha256').update(bytes).digest('hex')} ${fileName}`;
		const given = this.#given.get(selfie) ?? 0;
		if (given >= times) return false;
		this.#given.set(selfie, given + 1);
		if (this.#given.size > this.#mostSelfies) {
			const [oldest] = this.#given.keys();
			if (oldest !== undefined) this.#given.delete(oldest);
		}
		return true;
	}
}
