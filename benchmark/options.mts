import { parseArgs } from 'node:util';
import { SetupError } from '../scripts/bootstrap.mjs';
import { cells } from './cells.mts';

export interface Options {
	help: boolean;
	/** Where all figures go, as JSON. */
	json?: string;
	/** The names of the cells to run; none means all. */
	only: string[];
	/** One run each, and fewer items: for a first look, not for figures to publish. */
	quick: boolean;
	/** Whether the documents and their charts get the figures. */
	writeDocs: boolean;
}

export const usage = `Usage: npm run bench -- [options]

Measures Biometric Verify side by side with the HTTP Request and Switch nodes, in n8n's own engine,
against an API stub on this machine. It takes about 25 minutes, and wants a machine at rest.

  --quick         one run each, and fewer items: about 5 minutes. It judges counts, not ratios,
                  for which it takes several runs.
  --only CELL     can be given several times; one of: ${cells.map(({ name }) => name).join(', ')}
  --json FILE     writes all figures there
  --write-docs    writes the figures into docs/performance.md and docs/reliability.md, and draws
                  their charts, as far as all cells of the document are measured
  --help          shows this`;

/** @throws {SetupError} when an argument is none of these */
export function readOptions(args: string[]): Options {
	const { help, json, only, quick, 'write-docs': writeDocs } = parse(args);
	const unknown = only.find((wanted) => !cells.some(({ name }) => name === wanted));
	if (unknown !== undefined) throw new SetupError(`There is no cell "${unknown}".\n\n${usage}`);
	if (writeDocs && quick) {
		throw new SetupError('The documents need the figures of full runs: leave --quick out.');
	}
	return { help, json, only, quick, writeDocs };
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				help: { type: 'boolean', short: 'h', default: false },
				json: { type: 'string' },
				only: { type: 'string', multiple: true, default: [] },
				quick: { type: 'boolean', default: false },
				'write-docs': { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		throw new SetupError(`${(error as Error).message}\n\n${usage}`);
	}
}
