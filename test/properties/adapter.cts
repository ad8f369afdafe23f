/** The node's code as these tests use it: what a change of its interface changes here. */
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import { readResponse } from '../../nodes/BiometricVerify/kairos/response';
import { readItemSettings } from '../../nodes/BiometricVerify/panel/settings';
import { judge, type Verdict } from '../../nodes/BiometricVerify/verdict/verdict';
import { contextWith } from '../support/context.cts';
import type { Evidence, Options } from './oracle.cts';

/** The node's verdict; undefined when there is nothing to judge by. Other errors are thrown. */
export function verdictOf(evidence: Evidence, options: Options): Verdict | undefined {
	const { body, selfieSha256, photoSha256, ...repeats } = evidence;
	const { rules } = readItemSettings(contextWith({ parameters: { options } }), 0);
	try {
		const response = readResponse(body, { selfieSha256, photoSha256, headerRequestId: null });
		return judge(response, repeats, rules);
	} catch (error) {
		if (error instanceof KairosError) return undefined;
		throw error;
	}
}
