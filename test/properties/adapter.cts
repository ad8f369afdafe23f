/** The node's code as these tests use it: what a change of its interface changes here. */
import { OUTPUTS, type BranchMode, type OutputName } from '../../nodes/BiometricVerify/branches';
import type { Rules } from '../../nodes/BiometricVerify/findings';
import { readAnswer } from '../../nodes/BiometricVerify/kairos/answer';
import { KairosFailure } from '../../nodes/BiometricVerify/kairos/failure';
import { optionDefaults } from '../../nodes/BiometricVerify/parameters';
import { judge, type Verdict } from '../../nodes/BiometricVerify/verdict';
import type { Evidence, Options } from './oracle.cts';

export { outputsOf } from '../../nodes/BiometricVerify/branches';
export type { BranchMode, Verdict };

/** The modes of Branches. */
export const modes = Object.keys(OUTPUTS) as BranchMode[];

/** The outputs of a mode, in order. */
export function outputNamesOf(mode: BranchMode): readonly OutputName[] {
	return OUTPUTS[mode];
}

/** The node's verdict; undefined when there is nothing to judge by. Other errors are thrown. */
export function verdictOf({ body }: Evidence, options: Options): Verdict | undefined {
	try {
		return judge(readAnswer(body), rulesFrom(options));
	} catch (error) {
		if (error instanceof KairosFailure) return undefined;
		throw error;
	}
}

/** The node's parameters for one mode of Branches and some options. */
export function parametersFor(mode: BranchMode, options: Options, maxConcurrentRequests: number) {
	return {
		imagesArrive: 'sameItem',
		selfieField: 'selfie',
		photoField: 'photo',
		branches: mode,
		options: { ...optionsFrom(options), maxConcurrentRequests, maxTries: 1 },
	};
}

function rulesFrom(options: Options): Rules {
	const set = { ...optionDefaults, ...optionsFrom(options) };
	return {
		severalFacesInSelfie: set.severalFacesInSelfie as Rules['severalFacesInSelfie'],
		warnings: set.warnings as Rules['warnings'],
		thresholds: {
			faceMatchReviewBelow: Number(set.faceMatchReviewBelow),
			faceMatchRejectBelow: Number(set.faceMatchRejectBelow),
			livenessReviewBelow: Number(set.livenessReviewBelow),
			livenessRejectBelow: Number(set.livenessRejectBelow),
		},
	};
}

function optionsFrom(options: Options): Record<string, string | number | boolean> {
	const {
		multipleFacesInSelfie: severalFacesInSelfie,
		matchAllFacesInPhoto: photoMayShowSeveralFaces,
		kairosWarning: warnings,
	} = options;
	const thresholds = Object.entries(options).filter(([name]) => name.endsWith('Below'));
	return {
		...Object.fromEntries(thresholds),
		...(severalFacesInSelfie && { severalFacesInSelfie }),
		...(photoMayShowSeveralFaces && { photoMayShowSeveralFaces }),
		...(warnings && { warnings }),
	};
}
