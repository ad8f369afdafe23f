import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KairosError } from '../../nodes/BiometricVerify/kairos/failures/KairosError';
import { httpError } from '../../nodes/BiometricVerify/kairos/failures/statuses';
import { judge } from '../../nodes/BiometricVerify/verdict/verdict';
import { defaultRules, noRepeats, responseWith } from './answers.cts';

/** A response that came from Kairos, and what the node must make of it. */
export interface ResponseFixture {
	/** What it is a response to, for people. */
	about: string;
	status: number;
	body: unknown;
	expected: unknown;
}

/** Reads every fixture of a folder, with the name of its file. */
export function readFixtures(folder: string): Array<[file: string, fixture: ResponseFixture]> {
	return readdirSync(folder).map((file) => [
		file,
		JSON.parse(readFileSync(join(folder, file), 'utf8')) as ResponseFixture,
	]);
}

/** What the node makes of a response: a verdict, or an error. */
export function outcomeOf({ status, body }: ResponseFixture): unknown {
	try {
		if (status < 200 || status > 299) {
			throw httpError({ status, serverMessage: '', isJson: true, requestBytes: 0 });
		}
		const response = responseWith(typeof body === 'string' ? body : JSON.stringify(body));
		const { decision, findings } = judge(response, noRepeats, defaultRules);
		return { decision, findings: findings.map(({ code }) => code) };
	} catch (error) {
		if (!(error instanceof KairosError)) throw error;
		return { error: { code: error.code, retry: error.retry } };
	}
}
