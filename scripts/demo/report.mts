import type { Outcome } from './outcome.mts';

/** An outcome under its sample's name, with the outputs that it should have taken. */
export interface Result extends Outcome {
	sample: string;
	/** Null where nothing is expected: the person's own images. */
	expected: string[] | null;
}

const COLUMNS = ['Sample', 'Decision', 'Face match', 'Liveness', 'Outputs', ''];
const LIVENESS_NOTE =
	'The faces are really compared. Liveness is a placeholder: where a sample needs a certain\n' +
	'number, its selfie tells the sandbox. This is a demo, not a real identity check.';

/** Whether it took exactly the branches that it should; true where nothing is expected. */
export function isAsExpected({ outputs, expected }: Result): boolean {
	return expected === null || outputs.join() === expected.join();
}

/** One JSON object on one line, without a line end. */
export function toJsonLine({ sample, verification, outputs, expected }: Result): string {
	return JSON.stringify({
		sample,
		decision: verification?.decision ?? null,
		faceMatch: verification?.faceMatch.score ?? null,
		liveness: verification?.liveness.score ?? null,
		outputs,
		expected,
	});
}

/** All results as a table for people. */
export function toTable(results: Result[]): string {
	const rows = results.map((result) => [
		result.sample,
		result.verification?.decision ?? '-',
		toScore(result.verification?.faceMatch.score),
		toScore(result.verification?.liveness.score),
		result.outputs.join(', ') || '(nowhere)',
		isAsExpected(result) ? '✓' : `✗ expected ${result.expected?.join(', ')}`,
	]);
	const widths = COLUMNS.map((title, column) =>
		Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const toLine = (cells: string[]) =>
		cells
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd();
	const rule = widths.slice(0, -1).map((width) => '─'.repeat(width));
	return [toLine(COLUMNS), toLine(rule), ...rows.map(toLine), '', LIVENESS_NOTE].join('\n');
}

/** The verdict on a pair of one's own, for people. */
export function toVerdict({ verification, error, outputs }: Result): string {
	if (verification === undefined) return `Not verified: ${error ?? 'the pair did not come out.'}`;
	const { summary, faceMatch, liveness, faceDetection } = verification;
	const toLine = (name: string, { status, score }: { status: string; score?: number | null }) =>
		`  ${name.padEnd(15)} ${status.padEnd(8)} ${score === undefined ? '' : toScore(score)}`.trimEnd();
	return [
		summary,
		'',
		toLine('Face match', faceMatch),
		toLine('Liveness', liveness),
		toLine('Face detection', faceDetection),
		`  ${'Outputs'.padEnd(15)} ${outputs.join(', ')}`,
		'',
		'The faces are really compared. Liveness is a placeholder: this is not a real identity check.',
	].join('\n');
}

function toScore(score: number | null | undefined): string {
	return typeof score === 'number' ? score.toFixed(4) : '-';
}
