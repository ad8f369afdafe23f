import { setTimeout as sleep } from 'node:timers/promises';

const TEST_WITHIN_MS = 90_000;

/** A sentence about what a user meets, and the steps that find out whether it is true. */
export type Test = [sentence: string, run: () => Promise<void>];

export interface Suite {
	title: string;
	tests: Test[];
}

export interface Count {
	passed: number;
	failed: number;
}

export interface Hooks {
	/** Is called with the sentence of a test that failed. */
	onFailure: (sentence: string) => Promise<void>;
	afterEach: () => Promise<void>;
}

/** Runs all tests one after the other, with a line for each on stdout. */
export async function runSuites(
	suites: readonly Suite[],
	{ onFailure, afterEach }: Hooks,
): Promise<Count> {
	const count: Count = { passed: 0, failed: 0 };
	for (const { title, tests } of suites) {
		print(`\n${title}`);
		for (const [sentence, run] of tests) {
			const startedAt = Date.now();
			const error = await errorOf(run);
			const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
			if (error === undefined) {
				count.passed++;
				print(`  ✓ ${sentence} (${seconds} s)`);
			} else {
				count.failed++;
				print(`  ✗ ${sentence} (${seconds} s)\n${error.replaceAll(/^/gm, '      ')}`);
				await onFailure(sentence);
			}
			await afterEach();
		}
	}
	return count;
}

async function errorOf(run: () => Promise<void>): Promise<string | undefined> {
	const clock = new AbortController();
	const tooLate = async () => {
		await sleep(TEST_WITHIN_MS, undefined, { signal: clock.signal });
		throw new Error(`It was not through within ${TEST_WITHIN_MS / 1000} s.`);
	};
	try {
		await Promise.race([run(), tooLate()]);
		return undefined;
	} catch (error) {
		return error instanceof Error ? (error.stack ?? error.message) : String(error);
	} finally {
		clock.abort();
	}
}

function print(line: string): void {
	process.stdout.write(`${line}\n`);
}
