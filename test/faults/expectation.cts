import { isOldest } from '../support/engine.cts';
import type { Failing, Fault, Judged } from './fault.cts';
import type { Left, Setting, Stopped, Tried } from './tryFault.cts';

/** What must be so of a fault that was tried. */
export interface Facts extends Pick<Tried, 'strayed' | 'left' | 'stopped' | 'approvals' | 'leaks'> {
	connections: number | 'any';
	requests: number | 'any';
}

/** What an error says about the limit that ended an item, in numbers that are the same each time. */
const LIMITS = {
	maxAttempts: 'The item was sent N times in N seconds, and Max Attempts is used up.',
	maxWait: 'Kairos did not accept THIS within Max Wait.',
	retryAfter:
		'Kairos asked for a wait of N seconds, which is longer than what is left of Max Wait.',
};

/** What must come of a fault in a setting of On Error. */
export function expected({ fault, setting, host, itemsIn }: Tried): Facts {
	const { becomes, requests, connections = requests } = fault;
	const stops = setting === 'stopWorkflow' && 'message' in becomes;
	const sent = endsRun(fault) || stops ? 1 : itemsIn;
	const times = (each: number | 'any') => (each === 'any' ? each : each * sent);
	return {
		connections: times(connections),
		requests: times(requests),
		strayed: 0,
		left: stops
			? []
			: Array.from({ length: itemsIn }, (_, item) => leaving(fault, setting, host, item)),
		stopped: stops ? stopping(becomes, fault, host) : undefined,
		approvals: 0,
		leaks: [],
	};
}

/** What came of a fault, without numbers that differ from time to time. */
export function found({ fault, connections, requests, left, stopped, ...facts }: Tried): Facts {
	const { strayed, approvals, leaks } = facts;
	const orAny = (count: number, expectedCount: Fault['connections']) =>
		expectedCount === 'any' && count > 0 ? 'any' : count;
	return {
		connections: orAny(connections, fault.connections ?? fault.requests),
		requests: orAny(requests, fault.requests),
		strayed,
		left: left.map((item) => ({ ...item, error: withoutChance(item.error, fault) })),
		stopped: stopped && { ...stopped, description: withoutChance(stopped.description, fault) },
		approvals,
		leaks,
	};
}

/** Where only time counts, it is chance whether the run ends before or after its second item is sent. */
function withoutChance(text: unknown, { endedBy }: Fault): unknown {
	if (typeof text !== 'string') return text;
	const alike = text
		.replace(/sent (once|\d+ times) in \d+ seconds?/, 'sent N times in N seconds')
		.replace(/asked for a wait of \d+ seconds?/, 'asked for a wait of N seconds');
	if (endedBy !== 'maxWait') return alike;
	return alike
		.replace(/^Not sent to Kairos\. /, '')
		.replace(/accept (any requests|this item) within/, 'accept THIS within')
		.replace(/ The item was sent N times in N seconds\.$/, '');
}

function endsRun({ halts = false, endedBy }: Fault): boolean {
	return halts || endedBy === 'maxWait' || endedBy === 'retryAfter';
}

function leaving(fault: Fault, setting: Setting, host: string, item: number): Left {
	const { becomes } = fault;
	if ('decision' in becomes) return judged(becomes, item);
	const isSent = item === 0 || !endsRun(fault) || fault.endedBy === 'maxWait';
	const { message } = becomes;
	const what = `${isSent ? '' : 'Not sent to Kairos. '}${message} [item ${item}]. ${descriptionOf(becomes, fault)}`;
	return {
		item,
		outputs: [setting === 'continueErrorOutput' ? 'Error' : 'Review'],
		error: what.replace('HOST', host),
		decision: undefined,
	};
}

function judged({ decision, outputs }: Judged, item: number): Left {
	return { item, outputs, error: undefined, decision };
}

function stopping(becomes: Failing, fault: Fault, host: string): Stopped {
	const { message, cause, asksToWait = false } = becomes;
	return {
		message: `${message.replace('HOST', host)} [item 0]`,
		description: descriptionOf(becomes, fault),
		// Errors of the oldest release have no such field.
		...(isOldest ? { cause: undefined, asksToWait: false } : { cause, asksToWait }),
	};
}

function descriptionOf({ description }: Failing, { endedBy }: Fault): string {
	if (endedBy === undefined) return description;
	const before = description.endsWith('.') ? description : `${description}.`;
	return `${before} ${LIMITS[endedBy]}`;
}
