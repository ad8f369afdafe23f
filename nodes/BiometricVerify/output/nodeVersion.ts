/** The version in package.json; each result names it. */
export const NODE_VERSION = '0.1.0';
