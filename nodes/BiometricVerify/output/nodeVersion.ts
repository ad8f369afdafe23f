/** The version in package.json: a result says by which one it was decided. */
export const NODE_VERSION = '0.1.0';
