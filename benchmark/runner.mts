import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/paths.mts';
import { type Api, type Figure, type Scenario, type Variant, VARIANTS } from './scenarios.mts';
import type { StubFigures } from './stub.mts';
import type { Assignment, WorkerFigures } from './worker/main.mts';

const MEASUREMENT_MS = 300_000;

/** What one measurement found. Peak memory is missing where the kernel is not Linux. */
export type Figures = Partial<Record<Figure, number>>;

export interface Measured {
	scenario: Scenario;
	/** The figures of each run, in order. */
	runs: Record<Variant, Figures[]>;
}

/**
 * Measures each variant of each scenario once, then each again, so that whatever else the machine
 * does meets all of them.
 *
 * @param stop ends all that was started
 * @throws when a measurement fails, is stopped, or takes longer than five minutes
 */
export async function measureAll(
	scenarios: Scenario[],
	runs: number,
	stop: AbortSignal,
): Promise<Measured[]> {
	const measured = scenarios.map((scenario): Measured => ({
		scenario,
		runs: { node: [], chain: [] },
	}));
	const folder = temporaryFolder('benchmark');
	for (let run = 0; run < runs; run++) {
		for (const { scenario, runs: found } of measured) {
			for (const variant of VARIANTS) {
				const figures = await measure(scenario, variant, { folder, stop });
				found[variant][run] = figures;
				console.error(
					`${run + 1}/${runs}`,
					`${scenario.name} (${scenario.title})`,
					variant,
					figures,
				);
			}
		}
	}
	return measured;
}

/** One measurement: a fresh worker that sends to a stub of its own. */
async function measure(
	scenario: Scenario,
	variant: Variant,
	{ folder, stop }: { folder: string; stop: AbortSignal },
): Promise<Figures> {
	const stub = startChild<Api>('stub.mts', scenario.api, stop);
	const stubUrl = await stub.nextMessage<string>();
	const userFolder = join(folder, String(stub.process.pid));
	mkdirSync(userFolder);
	const worker = startChild<Assignment>('worker/main.mts', { scenario, variant, stubUrl }, stop, {
		PATH: process.env.PATH,
		// Makes the start of all but the first quicker.
		NODE_COMPILE_CACHE: join(folder, 'compiled'),
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: 'the key of an engine that keeps nothing',
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_EXPRESSION_ENGINE: 'vm',
		N8N_LOG_LEVEL: 'error',
		N8N_DIAGNOSTICS_ENABLED: 'false',
	});
	const figures = await worker.nextMessage<WorkerFigures>();
	stub.process.send('report');
	const counts = await stub.nextMessage<StubFigures>();
	stub.process.disconnect();
	rmSync(userFolder, { recursive: true });
	return { ...figures, ...counts };
}

function startChild<T>(file: string, argument: T, stop: AbortSignal, env = process.env) {
	const child = fork(join(import.meta.dirname, file), [JSON.stringify(argument)], {
		env,
		execArgv: ['--expose-gc'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		signal: AbortSignal.any([stop, AbortSignal.timeout(MEASUREMENT_MS)]),
		// At once: what it still wrote would keep its folder from being removed.
		killSignal: 'SIGKILL',
	});
	const ended = once(child, 'exit').then(([code]) => {
		throw new Error(`${file} ended with exit code ${code} before it had responded`);
	});
	const nextMessage = async <M,>(): Promise<M> => {
		const [message] = await Promise.race([once(child, 'message') as Promise<[M]>, ended]);
		return message;
	};
	return { process: child, nextMessage };
}
