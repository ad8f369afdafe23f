import fc from 'fast-check';
import { bodyWith, MATCH, rawJson } from '../support/answers.cts';
import { verdictOf } from './adapter.cts';
import { evidence, evidenceOf, options } from './responses.cts';
import { checkProperty } from './fuzz.cts';
import { type Evidence, OBJECTIONS, reasonsNotToApprove, type Options } from './oracle.cts';

const MINUTES = 60_000;

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
	20 * MINUTES,
);

test(
	"The builder's own thresholds make no decision and no check milder",
	async () => {
		const none = {
			...{ faceMatchReviewBelow: 0, faceMatchRejectBelow: 0 },
			...{ livenessReviewBelow: 0, livenessRejectBelow: 0 },
		};
		await checkProperty(
			'own thresholds',
			fc.tuple(evidence, options),
			([one, set]) => {
				const own = verdictOf(one, set);
				const without = verdictOf(one, { ...set, thresholds: { values: none } });
				if (!own || !without) {
					if (own || without) throw new Error('Thresholds decide whether there is a verdict');
					return;
				}
				const isMilder =
					gravityOf(own.decision) < gravityOf(without.decision) ||
					gravityOf(own.faceMatch.status) < gravityOf(without.faceMatch.status) ||
					gravityOf(own.liveness.status) < gravityOf(without.liveness.status);
				if (isMilder) throw new Error('It is milder with thresholds of the builder than without');
				if (own.faceDetection.status !== without.faceDetection.status) {
					throw new Error('Thresholds change what is said of faces');
				}
			},
			{ share: 0.25 },
		);
	},
	20 * MINUTES,
);

function gravityOf(status: string): number {
	return ['approve', 'pass'].includes(status)
		? -1
		: ['notChecked', 'warning', 'review', 'reject'].indexOf(status);
}
