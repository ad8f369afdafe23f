import { noteAttempts } from '../errors/attempts';
import { InputError } from '../errors/InputError';
import { fileKey } from '../input/files';
import type { ImageFields, ImageFiles } from '../input/images';
import { assertRecordedSizes, findImageFiles } from '../input/images';
import type { Pair } from '../input/pairs';
import type { Access } from '../kairos/endpoint';
import type { Clock } from '../limiter/types';
import type { ItemSettings } from '../panel/settings';
import { readImageFields, readItemSettings } from '../panel/settings';
import { countEach } from './counts';
import { Credentials } from './credentials';
import type { Run } from './run';
import { isTurnOver } from './turns';

/** A pair with its files and settings, ready to be sent; no image is read yet. */
export interface Job {
	pair: Pair;
	settings: ItemSettings;
	fields: ImageFields;
	files: ImageFiles;
	/** What identifies each file: two jobs with the same keys mean the very same files. */
	fileKeys: { selfie: string; photo: string };
	/** The same for all jobs of a run. */
	access: Access;
}

/** A pair that cannot be sent, and why. */
interface FailedJob {
	pair: Pair;
	error: unknown;
}

/**
 * Makes a job of each pair, in order, before any is sent: whether a pair may be sent depends on the
 * others.
 */
export async function prepareJobs(run: Run, clock: Clock): Promise<Array<Job | FailedJob>> {
	const credentials = new Credentials(run.context);
	const prepared: Array<Job | FailedJob> = [];
	const keys: string[] = [];
	for (const pair of run.pairs) {
		const preparing = prepare(run, credentials, pair, keys);
		prepared.push(await preparing.catch((error: unknown) => ({ pair, error })));
		if (isTurnOver(prepared.length)) await clock.sleep(0);
	}
	const { service } = credentials;
	const { memory } = run;
	for (const [key, count] of countEach(keys)) if (count > 1) memory.noteClaimed(key);
	return prepared.map((job) => {
		const isRepeated = 'access' in job && memory.isRepeated(filesKey(job), job.pair.selfieItem);
		if (isRepeated) memory.noteClaimed(filesKey(job));
		const checked = isRepeated ? { pair: job.pair, error: repeatedFiles() } : job;
		if ('error' in checked) {
			noteAttempts(checked.error, { attempts: 0, mayBeBilled: false, service });
		}
		return checked;
	});
}

/** The same for two jobs that mean the very same two files. */
export function filesKey({ fileKeys: { selfie, photo } }: Pick<Job, 'fileKeys'>): string {
	return JSON.stringify([selfie, photo]);
}

/**
 * @param keys gets the key of its files.
 * @throws {InputError} when it has no partner, a file is missing, or an option has an invalid
 *   value.
 * @throws {KairosError} when its credential cannot be used.
 * @throws the error of n8n when an expression fails.
 */
async function prepare(
	{ context, files: workflowFiles }: Run,
	credentials: Credentials,
	pair: Pair,
	keys: string[],
): Promise<Job> {
	if (pair.error) throw pair.error;
	const { itemIndex } = pair;
	// The first item whose keys can be used decides for all of them, even if it has no file.
	const reading = await credentials.of(itemIndex).catch((error: unknown) => ({ error }));
	const fields = readImageFields(context, itemIndex);
	const files = findImageFiles(context, workflowFiles, pair, fields);
	const fileKeys = { selfie: fileKey(files.selfie), photo: fileKey(files.photo) };
	// Also if the pair fails: the other one could point to its files.
	keys.push(filesKey({ fileKeys }));
	const settings = readItemSettings(context, itemIndex);
	assertRecordedSizes(files, settings);
	if ('error' in reading) throw reading.error;
	return { pair, settings, fields, files, fileKeys, access: reading };
}

function repeatedFiles(): InputError {
	return new InputError({
		code: 'REPEATED_FILES',
		message: 'Another item of this execution has the very same two files',
		description:
			"One of the two points to another person's images, so nothing was sent. Check the expressions of 'Selfie Input Field' and 'Photo Input Field': .first() gives all items the files of the first one, and behind a node that makes new items, .item can give those of another one.",
	});
}
