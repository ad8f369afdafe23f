import fc from 'fast-check';
import { readResponse } from '../../../nodes/BiometricVerify/kairos/response';
import { judge } from '../../../nodes/BiometricVerify/verdict/judge';
import type { OwnThresholds, Rules } from '../../../nodes/BiometricVerify/verdict/rules';
import type { Decision } from '../../../nodes/BiometricVerify/verdict/summary';
import {
	DETAILS,
	LIVENESS,
	MATCH,
	defaultRules,
	detail,
	differentImages,
	documentedBody,
	findingsOf,
	verdictOn,
} from '../../support/answers.cts';

const RANKS = { approve: 0, review: 1, reject: 2 } satisfies Record<Decision, number>;

const OFF: OwnThresholds = {
	faceMatchReviewBelow: 0,
	faceMatchRejectBelow: 0,
	livenessReviewBelow: 0,
	livenessRejectBelow: 0,
};

const MATCH_DETAIL = detail(
	'FAILED_FACE_MATCH',
	'review',
	'Faces do not match; threshold failed: 0.4 < 0.4803 (actual) < 0.56',
);
const LIVENESS_DETAIL = detail(
	'FAILED_SELFIE_LIVENESS',
	'reject',
	'Selfie liveness threshold failed: 0.4 < 0.0026 (actual) < 0.6',
);

function ownThresholds(thresholds: Partial<OwnThresholds>): OwnThresholds {
	return { ...OFF, ...thresholds };
}

function documented(rules: Rules) {
	return judge({ response: readResponse(documentedBody), ...differentImages }, rules);
}

describe('the thresholds of a node whose options were left alone', () => {
	test.each<[what: string, path: string, score: number, findings: string[]]>([
		[
			'a liveness of 0.0026',
			LIVENESS,
			0.0026,
			['node: liveness LIVENESS_BELOW_THRESHOLD -> review'],
		],
		['a liveness of 0', LIVENESS, 0, ['node: liveness LIVENESS_BELOW_THRESHOLD -> review']],
		[
			'a liveness of 0.3999',
			LIVENESS,
			0.3999,
			['node: liveness LIVENESS_BELOW_THRESHOLD -> review'],
		],
		['a face match of 0.05', MATCH, 0.05, ['node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> review']],
		['a face match of 0', MATCH, 0, ['node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> review']],
		['a liveness of 0.4', LIVENESS, 0.4, []],
		['a face match of 0.4', MATCH, 0.4, []],
	])('judge %s that Kairos raised nothing against', (_what, path, score, findings) => {
		const verdict = verdictOn({ [path]: score });
		expect(verdict.decision).toBe(findings.length === 0 ? 'approve' : 'review');
		expect(findingsOf(verdict)).toEqual(findings);
	});

	test('say what is odd about such a score', () => {
		expect(verdictOn({ [LIVENESS]: 0.0026 }).findings[0]?.description).toBe(
			'Liveness 0.0026 is below 0.4, the threshold in this node, but Kairos did not flag it.',
		);
	});

	test('add nothing where Kairos was as severe itself', () => {
		expect(findingsOf(documented(defaultRules))).toEqual([
			'kairos: liveness FAILED_SELFIE_LIVENESS -> reject',
			'kairos: faceMatch FAILED_FACE_MATCH -> review',
		]);
		const found = { [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'review')], [LIVENESS]: 0.1 };
		expect(findingsOf(verdictOn(found))).toEqual([
			'kairos: liveness FAILED_SELFIE_LIVENESS -> review',
		]);
	});

	test('are not met by what Kairos raised about another check', () => {
		const found = { [DETAILS]: [detail('FAILED_FACE_MATCH', 'review')], [LIVENESS]: 0.1 };
		expect(findingsOf(verdictOn(found))).toContain(
			'node: liveness LIVENESS_BELOW_THRESHOLD -> review',
		);
	});

	test('hold also where a warning of Kairos alone approves', () => {
		const found = { [DETAILS]: [detail('FAILED_SELFIE_LIVENESS', 'warning')], [LIVENESS]: 0.1 };
		const verdict = verdictOn(found, { kairosWarning: 'approve' });
		expect(verdict.decision).toBe('review');
		expect(verdict.findings[0]?.description).toBe(
			'Liveness 0.1 is below 0.4, the threshold in this node.',
		);
	});
});

describe("the builder's own thresholds", () => {
	test.each<[what: string, own: Partial<OwnThresholds>, decision: Decision, findings: string[]]>([
		[
			'send a weaker face match to review',
			{ faceMatchReviewBelow: 0.95 },
			'review',
			['node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> review'],
		],
		[
			'reject a weaker face match',
			{ faceMatchRejectBelow: 0.95 },
			'reject',
			['node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> reject'],
		],
		[
			'send a weaker liveness to review',
			{ livenessReviewBelow: 0.98 },
			'review',
			['node: liveness LIVENESS_BELOW_THRESHOLD -> review'],
		],
		[
			'reject a weaker liveness',
			{ livenessRejectBelow: 0.98 },
			'reject',
			['node: liveness LIVENESS_BELOW_THRESHOLD -> reject'],
		],
		[
			'reject what is below both, once',
			{ faceMatchReviewBelow: 0.99, faceMatchRejectBelow: 0.95 },
			'reject',
			['node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> reject'],
		],
		[
			'reject also when they are the wrong way round',
			{ faceMatchReviewBelow: 0.5, faceMatchRejectBelow: 0.95 },
			'reject',
			['node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> reject'],
		],
		['pass a score that is exactly at one', { faceMatchRejectBelow: 0.93 }, 'approve', []],
		['pass a score above one', { livenessReviewBelow: 0.5 }, 'approve', []],
		[
			'judge both scores',
			{ faceMatchReviewBelow: 0.95, livenessRejectBelow: 0.98 },
			'reject',
			[
				'node: liveness LIVENESS_BELOW_THRESHOLD -> reject',
				'node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> review',
			],
		],
	])('%s', (_what, own, decision, findings) => {
		const verdict = verdictOn({}, { thresholds: ownThresholds(own) });
		expect(verdict.decision).toBe(decision);
		expect(findingsOf(verdict)).toEqual(findings);
	});

	test('of 0 judge nothing, not even a score of 0', () => {
		expect(verdictOn({ [MATCH]: 0, [LIVENESS]: 0 }, { thresholds: OFF }).findings).toEqual([]);
	});

	test('do not judge a score that is missing: that is for review, not rejected', () => {
		const thresholds = ownThresholds({ faceMatchRejectBelow: 1, livenessRejectBelow: 1 });
		const verdict = verdictOn({ [MATCH]: null, [LIVENESS]: null }, { thresholds });
		expect(findingsOf(verdict)).toEqual([
			'node: faceMatch NO_FACE_MATCH_SCORE -> review',
			'node: liveness NO_LIVENESS_SCORE -> review',
		]);
	});

	test('that are looser do not soften what Kairos says', () => {
		const thresholds = ownThresholds({ livenessRejectBelow: 0.001, faceMatchReviewBelow: 0.1 });
		const rules = { ...defaultRules, thresholds };
		expect(documented(rules)).toEqual(documented(defaultRules));
	});

	test('add to what Kairos says, and the more severe of both counts', () => {
		const thresholds = ownThresholds({ faceMatchRejectBelow: 0.5 });
		const verdict = documented({ ...defaultRules, thresholds });
		expect(verdict.faceMatch.status).toBe('reject');
		expect(findingsOf(verdict)).toEqual([
			'kairos: liveness FAILED_SELFIE_LIVENESS -> reject',
			'node: faceMatch FACE_MATCH_BELOW_THRESHOLD -> reject',
			'kairos: faceMatch FAILED_FACE_MATCH -> review',
		]);
	});

	test('only ever tighten, whatever they and the scores are', () => {
		const share = fc.double({ min: 0, max: 1, noNaN: true });
		const details = fc.subarray([MATCH_DETAIL, LIVENESS_DETAIL, detail('A', 'warning')]);
		const own = fc.record({
			faceMatchReviewBelow: share,
			faceMatchRejectBelow: share,
			livenessReviewBelow: share,
			livenessRejectBelow: share,
		});
		fc.assert(
			fc.property(share, share, details, own, (match, liveness, found, thresholds) => {
				const changes = { [MATCH]: match, [LIVENESS]: liveness, [DETAILS]: found };
				const without = verdictOn(changes, { thresholds: OFF });
				const tightened = verdictOn(changes, { thresholds });
				expect(RANKS[tightened.decision]).toBeGreaterThanOrEqual(RANKS[without.decision]);
				expect(tightened.findings).toEqual(expect.arrayContaining(without.findings));
			}),
		);
	});
});
