const { join } = require('node:path');

/** Where the packages of an older engine are, when the tests are to run in that. */
const { ENGINE_PACKAGES } = process.env;
const IN_AN_ENGINE = ['n8n-core', 'n8n-workflow', '@n8n/(?:backend-common|config|di)'];

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	maxWorkers: 2,
	// With what is left of some n8n engines on its heap, a process that has nothing more to do takes
	// longer than half a second to go.
	workerGracefulExitTimeout: 10_000,
	// Real engines on a busy machine take their time; how long is no matter of these tests.
	testTimeout: 60_000,
	testMatch: ['<rootDir>/test/**/*.test.cts'],
	moduleFileExtensions: ['cts', 'ts', 'js', 'cjs', 'mjs', 'json', 'node'],
	setupFilesAfterEnv: ['<rootDir>/test/support/environment.cts'],
	...(ENGINE_PACKAGES && {
		moduleNameMapper: { [`^(${IN_AN_ENGINE.join('|')})$`]: join(ENGINE_PACKAGES, '$1') },
		// An engine comes without n8n's own nodes.
		modulePaths: [join(__dirname, 'node_modules')],
	}),
	modulePathIgnorePatterns: ['<rootDir>/dist/package.json', '<rootDir>/.runtime'],
	transform: {
		'\\.[cm]?ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
		],
	},
	coverageProvider: 'v8',
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
};
