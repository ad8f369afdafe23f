import js from '@eslint/js';
import nodesBase from 'eslint-plugin-n8n-nodes-base';
import typescript from 'typescript-eslint';

const plugins = { 'n8n-nodes-base': nodesBase };

/**
 * This project's rules, on top of those that `n8n-node lint` checks in the gate: for what is
 * published every rule that n8n's own nodes keep, from the newest release of the plugin; for the
 * sandbox, the scripts, the tests and the benchmark rules of their own.
 */
export default typescript.config(
	{ ignores: ['dist', 'node_modules', '.runtime', 'coverage'] },
	{
		files: ['package.json'],
		plugins,
		languageOptions: {
			parser: typescript.parser,
			parserOptions: { extraFileExtensions: ['.json'] },
		},
		rules: nodesBase.configs.community.rules,
	},
	{
		files: ['credentials/**/*.ts'],
		plugins,
		languageOptions: { parser: typescript.parser },
		rules: {
			...nodesBase.configs.credentials.rules,
			// Wants the name of a page of n8n's own documentation; a community package has a URL.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		plugins,
		languageOptions: { parser: typescript.parser },
		rules: nodesBase.configs.nodes.rules,
	},
	{
		files: ['**/*.{ts,mts,cts,mjs,js}'],
		languageOptions: { parser: typescript.parser },
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: 'ObjectExpression > SpreadElement > ObjectExpression',
					message: 'Write its properties into the object itself.',
				},
			],
		},
	},
	{
		files: ['**/*.{mts,cts,mjs,js}'],
		extends: [js.configs.recommended],
		rules: {
			eqeqeq: 'error',
			'no-undef': 'off',
			// Playwright reads in the pattern which fixtures are wanted, also where none is.
			'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
		},
	},
	{
		files: ['**/*.{mts,cts}'],
		extends: [typescript.configs.recommendedTypeChecked],
		languageOptions: {
			parserOptions: { project: './tsconfig.dev.json', tsconfigRootDir: import.meta.dirname },
		},
		rules: {
			// node:test sees to them itself.
			'@typescript-eslint/no-floating-promises': [
				'error',
				{
					allowForKnownSafeCalls: [
						{ from: 'package', package: 'node:test', name: ['describe', 'test'] },
					],
				},
			],
		},
	},
);
