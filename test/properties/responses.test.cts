import fc from 'fast-check';
import { bodyWith, MATCH, rawJson } from '../support/answers.cts';
import { verdictOf } from './adapter.cts';
import { evidence, evidenceOf, options } from './responses.cts';
import { checkProperty } from './fuzz.cts';
import { type Evidence, OBJECTIONS, reasonsNotToApprove, type Options } from './oracle.cts';

/** Cases that failed once, shrunk. */
const kept: Array<[Evidence, Options]> = [
	'<',
	'{"response_data":',
	bodyWith({ extra: rawJson('['.repeat(9999) + ']'.repeat(9999)) }),
	bodyWith({ [MATCH]: rawJson('1e999') }),
	`\uFEFF${bodyWith({ [MATCH]: rawJson('NaN') })}`,
].map((body) => [evidenceOf(body), {}]);

test(
	'A response approves when it is complete, makes sense and nothing speaks against it, and never else; reading it throws one kind of error only',
	async () => {
		const approvals = { yes: 0, no: 0 };
		const metAlone = new Set<string>();
		await checkProperty(
			'any response',
			fc.tuple(evidence, options),
			([one, set]) => {
				const approved = verdictOf(one, set)?.decision === 'approve';
				const objections = reasonsNotToApprove(one, set);
				const [objection, ...others] = objections;
				approvals[approved ? 'yes' : 'no']++;
				if (objection !== undefined && others.length === 0) metAlone.add(objection);
				if (approved && objection !== undefined) {
					throw new Error(`It approves in spite of: ${objections.join(', ')}`);
				}
				if (!approved && objection === undefined) {
					throw new Error('It does not approve, and nothing speaks against it');
				}
			},
			{ examples: kept },
		);
		// Else the cases would say nothing about approvals, or about one thing that forbids them.
		expect(approvals.yes).toBeGreaterThan((approvals.yes + approvals.no) / 1000);
		expect([...metAlone].sort()).toEqual([...OBJECTIONS].sort());
	},
	20 * 60_000,
);
