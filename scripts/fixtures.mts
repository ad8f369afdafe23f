import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mts';

const { body } = JSON.parse(
	readFileSync(join(ROOT, 'test', 'fixtures', 'responses', 'documented.json'), 'utf8'),
) as { body: object };

/** The body of the response in Kairos's documentation, as JSON. */
export const documentedBody = JSON.stringify(body);
