import js from '@eslint/js';
import typescript from 'typescript-eslint';

/** Rules for what is never published: the sandbox, the scripts, the tests and the benchmark. */
export default typescript.config(
	{ ignores: ['dist', 'node_modules', '.runtime', 'coverage', '**/*.ts'] },
	{
		files: ['**/*.{mts,cts,mjs,js}'],
		extends: [js.configs.recommended],
		rules: { eqeqeq: 'error', 'no-undef': 'off' },
	},
	{
		files: ['**/*.{mts,cts}'],
		extends: [typescript.configs.recommendedTypeChecked],
		languageOptions: {
			parserOptions: { project: './tsconfig.dev.json', tsconfigRootDir: import.meta.dirname },
		},
	},
);
