import { NodeConnectionTypes } from 'n8n-workflow';

/** The values of the Inputs parameter. */
export type InputMode = keyof typeof INPUTS;

/** The inputs of each mode, in order; n8n stores connections by an input's position. */
export const INPUTS = {
	oneInput: [undefined],
	twoInputs: ['Selfie', 'Photo'],
} as const;

export const DEFAULT_INPUT_MODE: InputMode = 'oneInput';

const { Main: type } = NodeConnectionTypes;

const descriptions: Record<InputMode, object[]> = {
	oneInput: [{ type }],
	twoInputs: INPUTS.twoInputs.map((displayName) => ({ type, displayName, required: true })),
};

/** The expression from which n8n's editor and engine get the node's inputs. */
export const inputsExpression = `={{ (() => {
	const inputs = ${JSON.stringify(descriptions)};
	const chosen = inputs[$parameter.inputMode];
	return Array.isArray(chosen) ? chosen : inputs.oneInput;
})() }}`;

export function isInputMode(value: unknown): value is InputMode {
	return typeof value === 'string' && Object.hasOwn(INPUTS, value);
}
