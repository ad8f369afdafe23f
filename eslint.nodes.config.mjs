import nodesBase from 'eslint-plugin-n8n-nodes-base';
import typescript from 'typescript-eslint';

/**
 * Every rule that n8n's own nodes keep, from the newest release of the plugin, on top of what
 * `n8n-node lint` checks with an older one.
 */
export default [
	{
		plugins: { 'n8n-nodes-base': nodesBase },
		languageOptions: {
			parser: typescript.parser,
			parserOptions: { extraFileExtensions: ['.json'] },
		},
	},
	{ files: ['package.json'], rules: nodesBase.configs.community.rules },
	{
		files: ['credentials/**/*.ts'],
		rules: {
			...nodesBase.configs.credentials.rules,
			// Wants the name of a page of n8n's own documentation; a community package has a URL.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{ files: ['nodes/**/*.ts'], rules: nodesBase.configs.nodes.rules },
];
