const { TestEnvironment: NodeEnvironment } = require('jest-environment-node');

/** Here Stryker says which mutant is active. */
const ACTIVE_MUTANT = '__STRYKER_ACTIVE_MUTANT__';

/** @type {string | undefined} */
let noticed;

/** Skips what comes after the first test that fails: one is enough to notice a mutant. */
module.exports = class FailFastEnvironment extends NodeEnvironment {
	/** @type {import('@jest/environment').JestEnvironment['handleTestEvent']} */
	handleTestEvent = (event) => {
		const mutant = process.env[ACTIVE_MUTANT];
		if (event.name === 'test_fn_failure' || event.name === 'hook_failure') noticed = mutant;
		else if (event.name === 'test_start' && mutant && mutant === noticed) event.test.mode = 'skip';
	};
};
