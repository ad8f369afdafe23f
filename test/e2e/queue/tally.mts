/** Runs tests one after another, says how each went, and counts. */
export class Tally {
	passed = 0;
	failed = 0;

	/**
	 * @param name a sentence about what holds
	 * @param body throws when it does not
	 */
	async test(name: string, body: () => Promise<void> | void): Promise<void> {
		try {
			await body();
			this.passed++;
			console.log(`✓ ${name}`);
		} catch (error) {
			this.failed++;
			console.log(`✗ ${name}\n${(error as Error).message.replaceAll(/^/gm, '    ')}`);
		}
	}
}
