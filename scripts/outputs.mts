import './commonjs.mjs';

/** The names of the node's outputs in each mode of Branches, in their order. */
export const { OUTPUTS } = await import('../nodes/BiometricVerify/output/outputs.ts');
