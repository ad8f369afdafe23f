import js from '@eslint/js';
import typescript from 'typescript-eslint';

/** Rules for what is never published: the sandbox, the scripts, the tests and the benchmark. */
export default typescript.config(
	{ ignores: ['dist', 'node_modules', '.runtime', 'coverage', '**/*.ts'] },
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
