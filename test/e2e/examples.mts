import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { ROOT } from '../../scripts/paths.mts';

/** The files in `examples/`, without their ending. */
export const EXAMPLES = [
	'onboarding-form',
	'verification-api',
	'human-review',
	'batch-recheck',
] as const;

export type Example = (typeof EXAMPLES)[number];

/** n8n's id of an example that the tests imported. */
export function idOf(example: Example): string {
	return example.replaceAll('-', '');
}

/**
 * Reads an example as a user would import it.
 *
 * @param changes what the sticky notes tell a user to change, as text by text
 * @throws {Error} when a text to be changed is not there
 */
export function loadExample(example: Example, changes: Record<string, string> = {}): Workflow {
	let text = readFileSync(join(ROOT, 'examples', `${example}.json`), 'utf8');
	for (const [before, after] of Object.entries(changes)) {
		if (!text.includes(before)) throw new Error(`${example}.json does not hold ${before}`);
		text = text.replaceAll(before, () => after);
	}
	return { ...(JSON.parse(text) as Omit<Workflow, 'id'>), id: idOf(example) };
}
