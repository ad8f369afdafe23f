import {
	type Cell,
	type Entrant,
	type Goal,
	chain,
	count,
	handOver,
	node,
	ratio,
	spread,
} from './cell.mts';
import type { Behavior, Figure, Round } from './jobs.mts';

/** A time in which the API does not take what it is sent, and what the node must make of it. */
interface Trouble {
	name: string;
	/** What the API does. */
	title: string;
	behavior: Behavior;
	items: number;
	concurrency: number;
	timeoutSeconds?: number;
	verified: number;
	/** At the least; else exactly so many. */
	isAtLeast?: boolean;
	inVain?: number;
	withinSeconds?: number;
	/** Whether HTTP Request and Switch meet it, too, and must not do better in anything. */
	hasChain?: boolean;
}

const IMAGE_BYTES = 20_000;
const DELAY_MS = 50;

/** Biometric Verify's defaults. */
const MAX_WAIT_SECONDS = 60;
const MAX_ATTEMPTS = 3;

/**
 * The best setting that was found: it loses nobody. Without batches it loses most items at a rate
 * limit and all in an outage, and larger ones are rejected and sent again as a whole.
 */
const CHAIN = { batching: { size: 10, intervalMs: 1000 }, retryOnFail: true };

const SHOWS: Figure[] = ['verified', 'lost', 'inVain', 'verifiedTwice', 'wallMs'];

/** What the node may take for items that a limit lets pass in so many seconds. */
const SLACK = 1.3;

/** After the end of an outage, besides the time that the items take. */
const BACK_WITHIN_SECONDS = 5;

const LIMITS: Trouble[] = [
	limited('20-retry-after', 20, 200, 50, 20, 1),
	limited('20', 20, 200, 50, 20),
	limited('2', 2, 60, 25, 12),
];

const OUTAGES: Trouble[] = [
	...[5, 25].flatMap((concurrency) => [
		down(5, concurrency, 12),
		down(20, concurrency, 16),
		down(45, concurrency, 20),
	]),
	{
		name: 'stays-down',
		title: 'Is down and stays down',
		behavior: { kind: 'down', forMs: 10 * 60_000 },
		...{ items: 1000, concurrency: 5, verified: 0, inVain: 12 },
		withinSeconds: MAX_WAIT_SECONDS + 5,
	},
	{
		name: 'silent',
		title: 'Never responds, Timeout 5 s',
		behavior: { kind: 'silent' },
		...{ items: 1000, concurrency: 5, verified: 0, inVain: 20 },
		timeoutSeconds: 5,
		withinSeconds: MAX_WAIT_SECONDS + 2 * 5,
	},
	{
		name: 'failing',
		title: 'Fails half of all requests with 500',
		behavior: { kind: 'failing' },
		...{ items: 200, concurrency: 10, verified: 170, isAtLeast: true },
	},
];

const RECURRING: Trouble = {
	name: 'recurring',
	title: 'Is down for 2 s of every 6 s',
	behavior: { kind: 'down', forMs: 2000, everyMs: 6000 },
	...{ items: 300, concurrency: 10, verified: 300 },
};

/** The outage that is drawn, by the names of its entrants. */
export const DRAWN = { node: 'down-20-at-5', chain: 'down-20-at-5-chain', seconds: 20 };

const WELL: Round = { items: 200, concurrency: 10, delayMs: DELAY_MS };

export const limitCell: Cell = {
	name: 'limit',
	title: 'A rate limit: what is above it gets a 429. 2 x 20 KB, API 50 ms',
	runs: 5,
	shows: SHOWS,
	entrants: LIMITS.flatMap(entrantsOf),
	goals: LIMITS.flatMap(goalsOf),
};

export const outageCell: Cell = {
	name: 'outage',
	title: 'An outage, by 503 where nothing else is said. 2 x 20 KB, API 50 ms',
	runs: 5,
	shows: SHOWS,
	entrants: [
		{ ...node(WELL, IMAGE_BYTES), name: 'well', label: 'Does well, 200 items: 10 at once' },
		{ ...handOver(WELL, IMAGE_BYTES), label: 'The same: images only handed over' },
		...[...OUTAGES, RECURRING].flatMap(entrantsOf),
	],
	goals: [
		...[...OUTAGES, RECURRING].flatMap(goalsOf),
		{
			about: `${RECURRING.title}, ${RECURRING.concurrency} at once`,
			text: 'in vain, for each outage',
			values: (results) => {
				const { all } = spread(results, RECURRING.name, 'wallMs');
				const inVain = spread(results, RECURRING.name, 'inVain').all;
				return all.map((wallMs, run) => (inVain[run] ?? NaN) / Math.ceil(wallMs / 6000));
			},
			...{ is: 'at most', limit: 10, by: 'every run', unit: '' },
		},
		...[
			count('verified', 'verified', 'well', 'exactly', WELL.items),
			count('in vain', 'inVain', 'well', 'exactly', 0),
		].map((goal) => ({ ...goal, about: 'Does well, 10 at once' })),
	],
};

function limited(
	name: string,
	perSecond: number,
	items: number,
	concurrency: number,
	inVain: number,
	retryAfterSeconds?: number,
): Trouble {
	const answer = retryAfterSeconds ? `429 with Retry-After: ${retryAfterSeconds}` : '429';
	return {
		name,
		title: `Takes ${perSecond} requests a second, else ${answer}`,
		behavior: { kind: 'limited', perSecond, retryAfterSeconds },
		...{ items, concurrency, verified: items, inVain },
		withinSeconds: (SLACK * (items - perSecond)) / perSecond,
		hasChain: perSecond === 20,
	};
}

function down(seconds: number, concurrency: number, inVain: number): Trouble {
	const items = 100;
	const itemsTakeSeconds = (Math.ceil(items / concurrency) * DELAY_MS) / 1000;
	return {
		name: `down-${seconds}-at-${concurrency}`,
		title: `Is down for ${seconds} s`,
		behavior: { kind: 'down', forMs: seconds * 1000 },
		...{ items, concurrency, verified: items, inVain },
		withinSeconds: seconds + BACK_WITHIN_SECONDS + itemsTakeSeconds,
		hasChain: concurrency === 5 && seconds < 45,
	};
}

function entrantsOf(trouble: Trouble): Entrant[] {
	const { name, title, items, concurrency, behavior, timeoutSeconds, hasChain } = trouble;
	const round = { items, concurrency, delayMs: DELAY_MS, behavior };
	const common = { isPatient: true };
	return [
		{
			...node(round, IMAGE_BYTES, { timeoutSeconds }),
			...{ name, label: `${title}; ${items} items: ${concurrency} at once`, ...common },
		},
		...(hasChain
			? [
					{
						...chain(round, IMAGE_BYTES, CHAIN),
						...{ name: `${name}-chain`, label: 'The same: HTTP Request + Switch', ...common },
					},
				]
			: []),
	];
}

function goalsOf(trouble: Trouble): Goal[] {
	const { name, title, concurrency, verified, isAtLeast, inVain, withinSeconds } = trouble;
	const goals = [
		count('verified', 'verified', name, isAtLeast ? 'at least' : 'exactly', verified),
		count('verified twice', 'verifiedTwice', name, 'exactly', 0),
	];
	if (inVain !== undefined) goals.push(count('in vain', 'inVain', name, 'at most', inVain));
	if (isAtLeast) {
		goals.push(count('one item sent', 'mostBilledOfOne', name, 'at most', MAX_ATTEMPTS));
	}
	if (withinSeconds !== undefined) {
		goals.push({
			text: 'time',
			values: (results) => spread(results, name, 'wallMs').all.map((ms) => ms / 1000),
			...{ is: 'at most', limit: withinSeconds, by: 'median', unit: 's' },
		});
	}
	if (trouble.hasChain) goals.push(...goalsBesideChain(trouble));
	return goals.map((goal) => ({ ...goal, about: `${title}, ${concurrency} at once` }));
}

/**
 * As good as the chain, or better, in every column; but a limit that its batches keep to, because
 * somebody knew it, can be found only by meeting it.
 */
function goalsBesideChain({ name, behavior }: Trouble): Goal[] {
	const beyond = (text: string, figure: Figure): Goal => ({
		text: `${text} beyond the chain's`,
		values: (results) => {
			const chains = spread(results, `${name}-chain`, figure).all;
			return spread(results, name, figure).all.map((value, run) => value - (chains[run] ?? NaN));
		},
		...{ is: 'at most', limit: 0, by: 'every run', unit: '' },
	});
	return [
		beyond('lost', 'lost'),
		...(behavior.kind === 'limited' ? [] : [beyond('in vain', 'inVain')]),
		beyond('verified twice', 'verifiedTwice'),
		ratio('time over that of the chain', 'wallMs', [name, `${name}-chain`], 1),
	];
}
