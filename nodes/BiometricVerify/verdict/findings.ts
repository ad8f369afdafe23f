import { contradictions } from './contradictions';
import type { Evidence } from './evidence';
import { faceFindings } from './faces';
import type { Finding } from './finding';
import { SEVERITIES } from './finding';
import { kairosFindings } from './kairosFindings';
import { missingParts } from './missingParts';
import type { Rules } from './rules';
import { sameImageFindings } from './sameImage';
import { thresholdFindings } from './thresholds';

/** Every reason not to approve, the most severe first. */
export function findingsIn(evidence: Evidence, rules: Rules): Finding[] {
	const { response } = evidence;
	const fromKairos = kairosFindings(response, rules);
	return [
		...fromKairos,
		...missingParts(response),
		...contradictions(evidence, rules),
		...faceFindings(response, rules),
		...sameImageFindings(evidence),
		...thresholdFindings(response, rules.thresholds, fromKairos),
	].sort((one, other) => SEVERITIES.indexOf(other.decision) - SEVERITIES.indexOf(one.decision));
}
