/**
 * `npm run test:mutation`: changes the package in one small way after the other, and runs the unit
 * tests of the same layer against each change. Fails where too few are noticed.
 *
 * `-- FILE...` changes only these.
 */
import { globSync } from 'node:fs';
import { matchesGlob, join, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { ROOT } from './paths.mts';
import { say } from './bootstrap.mjs';

/** The tests of other layers would notice much, too, but more tests take longer for each mutant. */
interface Layer {
	name: string;
	sources: string;
	tests: string;
	/** Of the changes, in percent. */
	fewestNoticed: number;
	/** How long one of its tests may take, in milliseconds. */
	testTimeout: number;
}

const LAYERS: Layer[] = [
	layerIn('verdict', { fewestNoticed: 97, testTimeout: 2_000 }),
	layerIn('kairos', { fewestNoticed: 90, testTimeout: 2_000 }),
	// Each of its tests runs whole batches on a simulated clock.
	layerIn('limiter', { fewestNoticed: 90, testTimeout: 20_000 }),
	{
		name: 'item',
		fewestNoticed: 90,
		testTimeout: 2_000,
		sources: '{nodes/BiometricVerify/{panel,input,run,output,n8n,errors},credentials}/*.ts',
		tests: '{*,{panel,input,run,output,errors}/*}.test.cts',
	},
];

/** Beside jest's modules, which would hide the tests. */
const FOLDER = join(ROOT, '.runtime', 'mutation');

const named = process.argv.slice(2).map((file) => relative(ROOT, file));
const all = globSync('{nodes,credentials}/**/*.ts', { cwd: ROOT });
const files = named.length > 0 ? named : all;
for (const layer of LAYERS) {
	const mutate = files.filter((file) => matchesGlob(file, layer.sources));
	if (mutate.length > 0) await mutateLayer(layer, mutate);
}

function layerIn(folder: string, goals: Pick<Layer, 'fewestNoticed' | 'testTimeout'>): Layer {
	const [sources, tests] = [`nodes/BiometricVerify/${folder}/**/*.ts`, `${folder}/**/*.test.cts`];
	return { name: folder, sources, tests, ...goals };
}

async function mutateLayer(layer: Layer, mutate: string[]): Promise<void> {
	const { name, tests, testTimeout, fewestNoticed } = layer;
	say(`\nThe layer ${name}: ${mutate.length} files`);
	process.env.UNIT_TESTS = tests;
	await new Stryker({
		mutate,
		testRunner: 'jest',
		plugins: ['@stryker-mutator/jest-runner'],
		testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
		jest: {
			projectType: 'custom',
			enableFindRelatedTests: false,
			config: {
				roots: ['nodes', 'credentials', 'test/unit', 'test/support'].map(
					(folder) => `<rootDir>/${folder}`,
				),
				testMatch: ['<rootDir>/test/support/unitTests.cts'],
				testEnvironment: join(ROOT, 'scripts', 'failFastEnvironment.cjs'),
				testTimeout,
			},
		},
		concurrency: 2,
		maxTestRunnerReuse: 40,
		timeoutMS: 3_000,
		ignorePatterns: ['/.runtime', '/dist', '/examples', '/locks'],
		tempDirName: join(FOLDER, 'sandbox'),
		reporters: ['progress-append-only', 'clear-text', 'html'],
		clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
		htmlReporter: { fileName: join(FOLDER, `${name}.html`) },
		thresholds: { break: fewestNoticed },
	}).runMutationTest();
}
