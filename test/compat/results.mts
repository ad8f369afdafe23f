/** What became of a case: without a failure it passed. */
export interface Result {
	name: string;
	failure?: string;
}

const MARK = 'results: ';

/** Writes results on a line that the engine's own words on stdout cannot be taken for. */
export function writeResults(results: Result[]): void {
	process.stdout.write(`\n${MARK}${JSON.stringify(results)}\n`);
}

/** Finds the line that `writeResults` wrote; undefined when the process did not get that far. */
export function readResults(lines: string[]): Result[] | undefined {
	const line = lines.findLast((text) => text.startsWith(MARK));
	return line === undefined ? undefined : (JSON.parse(line.slice(MARK.length)) as Result[]);
}
