/** `npm run lint`: every rule of the code. */
import { type Check, runChecks } from './checks.mts';

/** The gate runs it, too. */
const communityRules: Check = {
	name: "n8n's rules for community nodes",
	usual: 'about 10 s',
	command: ['n8n-node', 'lint'],
};

/** Zero errors and zero warnings in each. */
export const lintChecks: Check[] = [
	{
		name: "The rules of n8n's own nodes",
		usual: 'about 3 s',
		command: [
			'eslint',
			...['--max-warnings', '0', '--config', 'eslint.nodes.config.mjs'],
			...['nodes', 'credentials', 'package.json'],
		],
	},
	{
		name: 'The rules for all that is not published',
		usual: 'about 20 s',
		command: ['eslint', '--max-warnings', '0', '--config', 'eslint.dev.config.mjs', '.'],
	},
	{
		name: 'Who may import whom',
		usual: 'about 5 s',
		command: ['depcruise', ...['nodes', 'credentials', 'sandbox', 'scripts', 'benchmark', 'test']],
	},
	{ name: 'Format', usual: 'about 5 s', command: ['prettier', '--check', '.'] },
	{ name: 'Types of the package', usual: 'about 5 s', command: ['tsc', '--noEmit', '-p', '.'] },
	{
		name: 'Types of all that is not published',
		usual: 'about 10 s',
		command: ['tsc', '-p', 'tsconfig.dev.json'],
	},
];

if (import.meta.main) process.exitCode = await runChecks([communityRules, ...lintChecks]);
