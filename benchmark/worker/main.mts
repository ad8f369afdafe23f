/** `worker/main.mts ASSIGNMENT`: one measurement, in a fresh process, which is sent to its parent. */
import type { Figure, Scenario, Variant, Workload } from '../scenarios.mts';
import { prepareWorkflow } from './engine.mts';
import { watchPeakMemory } from './memory.mts';

/** What a worker is forked with, as JSON. */
export interface Assignment {
	scenario: Scenario;
	variant: Variant;
	/** The stub's address, without a path. */
	stubUrl: string;
}

export type WorkerFigures = Record<
	Extract<Figure, 'wallMs' | 'cpuMsPerItem' | 'verified'>,
	number
> &
	Partial<Record<'peakMb', number>>;

/**
 * Enough to fill V8's space for new objects for the first time, as it long is in a running n8n, and
 * small enough that no memory is left behind which the measured images would use again.
 */
const WARM_UP: Workload = { items: 150, imageBytes: 20_000, concurrency: 5 };

const { scenario, variant, stubUrl } = JSON.parse(process.argv[2] ?? '') as Assignment;
process.once('disconnect', () => process.exit());
const figures = await measure();
process.send?.(figures, () => process.exit());

async function measure(): Promise<WorkerFigures> {
	const { items, executions = 1 } = scenario;
	const warmUp = await prepareWorkflow(variant, WARM_UP);
	await warmUp(`${stubUrl}/warm-up`);
	const send = await prepareWorkflow(variant, scenario);
	const readPeak = await watchPeakMemory();
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	let verified = 0;
	for (let run = 0; run < executions; run++) verified += await send(stubUrl);
	const wallMs = performance.now() - startedAt;
	if (scenario.api.fault === undefined && verified < items * executions) {
		throw new Error(`Only ${verified} items were verified, so nothing was measured`);
	}
	const { user, system } = process.cpuUsage(cpuBefore);
	const cpuMsPerItem = (user + system) / 1000 / items / executions;
	return { wallMs, cpuMsPerItem, verified, peakMb: readPeak() };
}
