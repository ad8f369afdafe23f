/** The node's code as these tests use it: what a change of its interface changes here. */
import {
	OUTPUTS,
	type BranchMode,
	type OutputName,
} from '../../nodes/BiometricVerify/output/outputs';
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import { readResponse } from '../../nodes/BiometricVerify/kairos/response';
import { readItemSettings } from '../../nodes/BiometricVerify/panel/settings';
import { judge, type Verdict } from '../../nodes/BiometricVerify/verdict/verdict';
import { contextWith } from '../support/context.cts';
import type { Evidence, Options } from './oracle.cts';

export { outputsOf } from '../../nodes/BiometricVerify/output/outputs';
export type { BranchMode, Verdict };

/** The modes of Branches. */
export const modes = Object.keys(OUTPUTS) as BranchMode[];

/** The outputs of a mode, in order. */
export function outputNamesOf(mode: BranchMode): readonly OutputName[] {
	return OUTPUTS[mode];
}

/** The node's verdict; undefined when there is nothing to judge by. Other errors are thrown. */
export function verdictOf(evidence: Evidence, options: Options): Verdict | undefined {
	const { body, selfieSha256, photoSha256, ...repeats } = evidence;
	const { rules } = readItemSettings(
		contextWith({ parameters: { options: optionsFrom(options) } }),
		0,
	);
	try {
		const response = readResponse(body, { selfieSha256, photoSha256, headerRequestId: null });
		return judge(response, repeats, rules);
	} catch (error) {
		if (error instanceof KairosError) return undefined;
		throw error;
	}
}

/** The node's parameters for one mode of Branches and some options. */
export function parametersFor(mode: BranchMode, options: Options, maxConcurrentRequests: number) {
	return {
		inputMode: 'oneInput',
		selfieField: 'selfie',
		photoField: 'photo',
		branches: mode,
		options: {
			...optionsFrom(options),
			limits: { values: { maxConcurrentRequests, maxAttempts: 1, maxWait: 0 } },
		},
	};
}

/** The options as the node groups them. */
function optionsFrom(options: Options) {
	const { multipleFacesInSelfie, multipleFacesInPhoto, matchAllFacesInPhoto, ...rest } = options;
	const { kairosWarning, ...thresholds } = rest;
	const inPhoto = matchAllFacesInPhoto ? 'matchAny' : multipleFacesInPhoto;
	return {
		...(kairosWarning && { kairosWarning }),
		multipleFaces: {
			values: {
				...(multipleFacesInSelfie && { inSelfie: multipleFacesInSelfie }),
				...(inPhoto && { inPhoto }),
			},
		},
		thresholds: { values: thresholds },
	};
}
