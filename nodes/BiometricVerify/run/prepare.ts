import { noteAttempts } from '../errors/attempts';
import { InputError } from '../errors/InputError';
import { fileKey } from '../input/files';
import type { ImageFiles } from '../input/images';
import { findImageFiles } from '../input/images';
import type { Entry, ItemPair } from '../input/pairs';
import type { Access } from '../kairos/endpoint';
import type { Clock } from '../limiter/types';
import type { ItemSettings } from '../panel/settings';
import { readItemSettings } from '../panel/settings';
import { Credentials } from './credentials';
import type { Run } from './run';

/** An item with all that is known of it before an image is read or anything is sent. */
export interface PreparedItem {
	entry: Entry;
	pair: ItemPair;
	settings: ItemSettings;
	imageFiles: ImageFiles;
	/** What the two files are known by; the same for two items that mean the very same two files. */
	fileKeys: { selfie: string; photo: string };
	/** The same for all items of a run. */
	access: Access;
}

/** An item that cannot be sent, and why. */
interface UnsendableItem {
	entry: Entry;
	error: unknown;
}

type Prepared = PreparedItem | UnsendableItem;

/** After so many, other executions get their turn: an expression takes about a millisecond. */
const PREPARED_AT_ONCE = 20;

/**
 * Finds out for all items what is to be sent, before anything is: what an item is allowed depends on
 * the others. There is one result for each entry, in order.
 */
export async function prepareAll(run: Run, clock: Clock): Promise<Prepared[]> {
	const credentials = new Credentials(run.context);
	const all: Prepared[] = [];
	for (const entry of run.entries) {
		all.push(await prepare(run, credentials, entry).catch((error: unknown) => ({ entry, error })));
		if (all.length % PREPARED_AT_ONCE === 0) await clock.sleep(0);
	}
	const counts = new Map<string, number>();
	for (const item of all) {
		if ('error' in item) continue;
		const key = pairKey(item);
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	const checked = all.map((item) =>
		'access' in item && (counts.get(pairKey(item)) ?? 0) > 1
			? { entry: item.entry, error: repeatedFiles() }
			: item,
	);
	const { service } = credentials;
	for (const item of checked) {
		if ('error' in item) {
			noteAttempts(item.error, { attempts: 0, mayBeBilled: false, service });
		}
	}
	return checked;
}

/** What two items have in common that mean the very same two files. */
export function pairKey({ fileKeys: { selfie, photo } }: Pick<PreparedItem, 'fileKeys'>): string {
	return JSON.stringify([selfie, photo]);
}

/**
 * @throws {InputError} when it has no partner, an option has an invalid value, or a file is missing.
 * @throws {KairosError} when its credential cannot be used.
 * @throws the error of n8n when an expression fails.
 */
async function prepare(
	{ context, files, memory }: Run,
	credentials: Credentials,
	entry: Entry,
): Promise<PreparedItem> {
	const { itemIndex, pair } = entry;
	if (pair instanceof InputError) throw pair;
	// The first item whose keys can be used decides for all of them, also where it lacks a file.
	const reading = await credentials.of(itemIndex).catch((error: unknown) => ({ error }));
	const settings = readItemSettings(context, itemIndex);
	const imageFiles = findImageFiles(context, files, itemIndex, pair, settings);
	if ('error' in reading) throw reading.error;
	const { selfie, photo } = imageFiles;
	const item = {
		entry,
		pair,
		settings,
		imageFiles,
		fileKeys: { selfie: fileKey(selfie), photo: fileKey(photo) },
		access: reading,
	};
	if (memory.isRepeated(pairKey(item), pair.selfieItem)) throw repeatedFiles();
	return item;
}

function repeatedFiles(): InputError {
	return new InputError({
		code: 'REPEATED_FILES',
		message: 'Another item of this execution has the very same two files',
		description:
			"One of the two points to another person's images, so nothing was sent. Check the expressions of Selfie Input Field and Photo Input Field: .first() gives all items the files of the first one, and behind a node that makes new items, .item can give those of another one.",
	});
}
