import fc from 'fast-check';
import { GRAVITIES, type Rules } from '../../nodes/BiometricVerify/findings';
import { readAnswer } from '../../nodes/BiometricVerify/kairos/answer';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { judge, type Verdict } from '../../nodes/BiometricVerify/verdict';
import { bodyWith, defaultRules, MATCH, rawJson } from '../support/answers.cts';
import { body, rules } from './answers.cts';
import { holds } from './fuzz.cts';
import { mayApprove } from './oracle.cts';

const MINUTES = 60_000;

/** Judges a body; undefined when it is none that can be judged. Other errors are thrown. */
function verdictOf(text: string, set: Rules): Verdict | undefined {
	try {
		return judge(readAnswer(text), set);
	} catch (error) {
		if (error instanceof KairosFailure) return undefined;
		throw error;
	}
}

/** Cases that failed once, shrunk. */
const kept: Array<[string, Rules]> = [
	['<', defaultRules],
	['{"response_data":', defaultRules],
	[bodyWith({ extra: rawJson('['.repeat(9999) + ']'.repeat(9999)) }), defaultRules],
	[bodyWith({ [MATCH]: rawJson('1e999') }), defaultRules],
];

test(
	'An answer approves when it is complete and nothing speaks against it, and never else; reading it throws one kind of error only',
	async () => {
		const approvals = { yes: 0, no: 0 };
		await holds(
			'any answer',
			fc.tuple(body, rules),
			([text, set]) => {
				const approved = verdictOf(text, set)?.decision === 'approve';
				approvals[approved ? 'yes' : 'no']++;
				expectSame(approved, mayApprove(text, set) && depthOf(text) <= 50);
			},
			{ examples: kept },
		);
		// Else the cases would say nothing about approvals.
		expect(approvals.yes).toBeGreaterThan((approvals.yes + approvals.no) / 1000);
	},
	20 * MINUTES,
);

test(
	"The builder's own limits make no decision and no check milder",
	async () => {
		const gravityOf = (status: string) =>
			['approve', 'pass'].includes(status) ? -1 : GRAVITIES.findIndex((one) => one === status);
		await holds(
			'own limits',
			fc.tuple(body, rules),
			([text, set]) => {
				const own = verdictOf(text, set);
				const without = verdictOf(text, { ...set, thresholds: defaultRules.thresholds });
				expectSame(own === undefined, without === undefined);
				if (!own || !without) return;
				const graver =
					gravityOf(own.decision) >= gravityOf(without.decision) &&
					gravityOf(own.faceMatch.status) >= gravityOf(without.faceMatch.status) &&
					gravityOf(own.liveness.status) >= gravityOf(without.liveness.status) &&
					own.faceDetection.status === without.faceDetection.status;
				expectSame(graver, true);
			},
			{ share: 0.25 },
		);
	},
	20 * MINUTES,
);

/** As `expect`, which would take most of the time of a hundred thousand cases. */
function expectSame(is: boolean, must: boolean): void {
	if (is !== must) throw new Error(`It is ${is} and must be ${must}`);
}

function depthOf(text: string): number {
	let [deepest, level] = [0, 0];
	for (const sign of text.replace(/"(\\.|[^"\\])*"/g, '')) {
		if ('[{'.includes(sign)) deepest = Math.max(deepest, ++level);
		if (']}'.includes(sign)) level--;
	}
	return deepest;
}
