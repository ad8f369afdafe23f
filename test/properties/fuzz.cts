import fc from 'fast-check';

/** How many cases a run tries; a test may take a part of them. */
export const wanted = Number(process.env.FUZZ_CASES ?? 50_000);

/** Set FUZZ_SEED to the seed of an earlier run to get its cases again. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/**
 * Checks a property on random cases, and prints how many and by which seed. A case that fails is
 * shrunk to a small one, to be kept among the examples.
 *
 * @param share how much of the wanted number of cases, above 0 and at most 1
 */
export async function checkProperty<Case>(
	what: string,
	cases: fc.Arbitrary<Case>,
	check: (one: Case) => void | Promise<void>,
	{ share = 1, examples = [] }: { share?: number; examples?: Case[] } = {},
): Promise<void> {
	const numRuns = Math.ceil(wanted * share);
	process.stdout.write(`${what}: ${numRuns} cases, seed ${seed}\n`);
	const parameters = { numRuns, seed, examples: examples.map((one): [Case] => [one]) };
	await fc.assert(
		fc.asyncProperty(cases, async (one) => await check(one)),
		parameters,
	);
}
