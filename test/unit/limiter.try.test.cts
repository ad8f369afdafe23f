import { FakeClock } from '../support/fakeClock.cts';
import { simulate, type Simulation, OK } from '../support/simulatedService.cts';

async function on(simulation: Simulation) {
	const clock = simulation.clock ?? new FakeClock();
	const t = performance.now();
	const r = await simulate({ ...simulation, clock });
	return [
		simulation.items,
		r.verified,
		r.outcomes.filter((o) => o.status === 'failed').length,
		r.outcomes.filter((o) => o.status === 'skipped').length,
		r.requests.length,
		Math.round(r.endedAt),
		Math.round(performance.now() - t),
	].join(' ');
}
const tenths = (n: number) => [10, 20, 30, 40, 50].includes(n);
test('rows', async () => {
	const lines = [
		await on({ items: 300, respond: () => OK }),
		await on({ items: 300, respond: (_n, i) => (tenths(i) ? { status: 503 } : OK) }),
		await on({ items: 50, respond: (_n, i) => (i < 5 ? { status: 503 } : OK) }),
		await on({ items: 19, atOnce: 1, respond: (_n, i) => (i === 4 ? { status: 503 } : OK) }),
		await on({ items: 300, respond: (_n, i) => (tenths(i) ? { status: 'silent' } : OK) }),
		await on({
			items: 50,
			timeout: 3,
			maxWait: 3,
			respond: (_n, i) => (i < 5 ? { status: 'silent' } : OK),
		}),
		await on({ items: 100, respond: (_n, i) => (i === 4 ? { status: 429 } : OK) }),
		await on({
			items: 50,
			respond: (() => {
				let n = 0;
				return () => (++n === 21 ? { status: 503, retryAfterMs: 120_000 } : OK);
			})(),
		}),
	];
	process.stdout.write(lines.join('\n') + '\n');
});
