import type { Stage } from './stage.mts';
import { batchRecheckSuite } from './suites/batchRecheck.mts';
import { credentialSuite } from './suites/credential.mts';
import { humanReviewSuites } from './suites/humanReview.mts';
import { importSuite } from './suites/imports.mts';
import { nodesPanelSuite } from './suites/nodesPanel.mts';
import { onboardingFormSuite } from './suites/onboardingForm.mts';
import { panelSuite } from './suites/panel.mts';
import { runningSuite } from './suites/running.mts';
import { twoInputsSuite } from './suites/twoInputs.mts';
import { verificationApiSuite } from './suites/verificationApi.mts';
import type { Suite } from './tests.mts';

/** All that a user meets, in the order of the run. */
export function suitesFor(stage: Stage): Suite[] {
	const humanReview = humanReviewSuites(stage);
	return [
		importSuite(stage),
		humanReview.answered,
		verificationApiSuite(stage),
		batchRecheckSuite(stage),
		onboardingFormSuite(stage),
		nodesPanelSuite(stage),
		credentialSuite(stage),
		panelSuite(stage),
		runningSuite(stage),
		twoInputsSuite(stage),
		humanReview.unanswered,
	];
}
