import type { Mail } from '../mailbox.mts';
import type { N8nServer } from '../n8n/server.mts';
import type { Pair, Sample } from '../samples.mts';
import { say } from '../bootstrap.mjs';
import type { Outcome } from './outcome.mts';
import { DEMO, ONBOARDING } from './workflows.mts';

/**
 * Prints what became of each pair: as a table, and for pairs without an expectation, which are the
 * person's own, in words too.
 *
 * @returns whether each sample left by the outputs that it should, and each other pair has a verdict
 */
export function printResults(
	pairs: (Pair | Sample)[],
	outcomes: ReadonlyMap<string, Outcome>,
): boolean {
	const results = pairs.map((pair) => {
		const { outputs = [], verification, error } = outcomes.get(pair.name) ?? {};
		const expected = 'expected' in pair ? pair.expected.join(', ') : undefined;
		const left = outputs.join(', ') || 'nowhere';
		const isAsExpected = expected === undefined ? verification !== undefined : left === expected;
		const row = {
			...(verification && {
				Decision: verification.decision,
				'Face match': verification.faceMatch.score,
				Liveness: verification.liveness.score,
			}),
			Outputs: left,
		};
		return { name: pair.name, expected, isAsExpected, row, words: verification?.summary ?? error };
	});
	process.stdout.write('\n');
	console.table(Object.fromEntries(results.map(({ name, row }) => [name, row])));
	for (const { name, expected, isAsExpected, row, words } of results) {
		if (expected === undefined) console.log(words);
		else if (!isAsExpected) say(`${name}: went to ${row.Outputs}, not to ${expected}.`);
	}
	console.log(
		'The faces are really compared. Liveness is a placeholder: the sandbox is told what to find ' +
			'in\nthe samples. This is a demo, not a real identity check.',
	);
	return results.every(({ isAsExpected }) => isAsExpected);
}

export function printWhereToLook(
	{ url, owner }: N8nServer,
	executionId: string,
	sandboxUrl: string,
	images: string,
): void {
	console.log(`
Look around:        ${url}/workflow/${DEMO.samples.id}/executions/${executionId}
                    log in as ${owner.email}, password ${owner.password}
                    (also in ${owner.passwordFile})
Your own images:    ${url}/${DEMO.ownImages.path}
                    two different pictures of a person, or samples from
                    ${images}
Onboard a person:   ${url}/${ONBOARDING.path}
                    emails, such as the personal link, show up here
Sandbox:            ${sandboxUrl}
Stop:               Ctrl-C
`);
}

export function printMail({ to, subject, text }: Mail): void {
	say(`\nEmail to ${to}: ${subject}\n${text.trimEnd().replaceAll(/^(?=.)/gm, '    ')}`);
}
