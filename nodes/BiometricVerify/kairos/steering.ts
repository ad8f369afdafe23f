/**
 * The words by which a file name steers the sandbox: a known name, and a number or `null`. They say
 * nothing about a person.
 */
const STEERING =
	/(?<=\.)(?:(?:match|liveness)-(?:null|-?(?:\d{1,9}\.\d{1,9}|\d{1,9}(?!\.\d)))|(?:faces|status|times|retry-after|delay)-\d{1,9})(?=\.|$)/g;

/** Longer names are not the sandbox's business; nor is it worth searching them. */
const LONGEST_NAME = 255;

/**
 * The words in a file's name that steer the sandbox, in their order, each after a dot:
 * `.match-0.48.liveness-0.0026`.
 */
export function steeringIn(fileName: string): string {
	if (fileName.length > LONGEST_NAME) return '';
	return (fileName.match(STEERING) ?? []).map((word) => `.${word}`).join('');
}
