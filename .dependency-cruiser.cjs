/**
 * Who may import whom; CONTRIBUTING.md draws the same picture. Types count like values: a rule that
 * only compiled code keeps would not tell a reader where to look.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
const NODE = '^nodes/BiometricVerify';

module.exports = {
	forbidden: [
		{
			name: 'no-circles',
			comment: 'Files that import each other can only be understood, and changed, together.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		{
			name: 'everything-resolves',
			comment: 'An import that leads nowhere would escape every other rule.',
			severity: 'error',
			from: {},
			to: { couldNotResolve: true },
		},
		{
			name: 'kairos-stands-alone',
			comment: 'What speaks to Kairos knows nothing of items, parameters, verdicts or branches.',
			severity: 'error',
			from: { path: `${NODE}/kairos/` },
			to: { path: '^(nodes|credentials)/', pathNot: `${NODE}/(kairos|limiter|errors)/` },
		},
		{
			name: 'limiter-stands-alone',
			comment:
				"What sends a run's items in time knows neither Kairos nor n8n; it waits by n8n's timer.",
			severity: 'error',
			from: { path: `${NODE}/limiter/` },
			to: { pathNot: `${NODE}/limiter/|node_modules/n8n-workflow/` },
		},
		{
			name: 'verdict-is-pure',
			comment: 'A verdict rests on a response and on nothing else: no n8n, no network, no clock.',
			severity: 'error',
			from: { path: `${NODE}/verdict/` },
			to: { pathNot: `${NODE}/(verdict/|kairos/response\\.ts$)` },
		},
		{
			name: 'branches-know-no-kairos',
			comment: 'Where an item leaves follows from its verdict, never from a field of a response.',
			severity: 'error',
			from: { path: `${NODE}/output/outputs\\.ts$` },
			to: { path: `${NODE}/kairos/` },
		},
		{
			name: 'nothing-comes-with-the-package',
			comment: 'What is published imports its own files, n8n-workflow and crypto.',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: { pathNot: '^((nodes|credentials)/|node_modules/n8n-workflow/|crypto$)' },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.dev.json' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'require', 'node', 'default', 'types'],
		},
	},
};
