import type { ErrorCode, Retake } from './codes';

interface InputErrorFacts {
	code: ErrorCode;
	/** A sentence without a period. */
	message: string;
	/** What the builder can do, in whole sentences. */
	description: string;
	/** The image that must be replaced; null by default. */
	retake?: Retake;
}

/** A mistake that the builder can correct in the workflow; nothing was sent. */
export class InputError extends Error {
	readonly code: ErrorCode;

	readonly description: string;

	readonly retake: Retake;

	constructor({ code, message, description, retake = null }: InputErrorFacts) {
		super(message);
		this.name = 'InputError';
		this.code = code;
		this.description = description;
		this.retake = retake;
	}
}
