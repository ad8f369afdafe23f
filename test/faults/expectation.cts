import type { Failing, Fault, Judged } from './faults.cts';
import type { Left, Setting, Stopped, Tried } from './tryFault.cts';

/** What must be so of a fault that was tried. */
export type Facts = Omit<Tried, 'fault' | 'setting' | 'host' | 'itemsIn' | 'firstPauseMs'>;

/** What must come of a fault in a setting of On Error. */
export function expected({ fault, setting, host, itemsIn }: Tried): Facts {
	const { becomes, requests, connections = requests, halts = false } = fault;
	const stops = setting === 'stopWorkflow' && 'message' in becomes;
	const sent = halts || stops ? 1 : itemsIn;
	return {
		connections: sent * connections,
		requests: sent * requests,
		strayed: 0,
		left: stops
			? []
			: Array.from({ length: itemsIn }, (_, item) => leaving(fault, setting, host, item)),
		stopped: stops ? stopping(becomes, host) : undefined,
		approvals: 0,
		leaks: [],
	};
}

/** What came of a fault. */
export function found({
	connections,
	requests,
	strayed,
	left,
	stopped,
	approvals,
	leaks,
}: Tried): Facts {
	return { connections, requests, strayed, left, stopped, approvals, leaks };
}

function leaving({ becomes, halts }: Fault, setting: Setting, host: string, item: number): Left {
	if ('decision' in becomes) return judged(becomes, item);
	const { message, description } = becomes;
	const what = `${halts && item > 0 ? 'Not sent to Kairos. ' : ''}${message} [item ${item}]. ${description}`;
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

function stopping(
	{ message, description, cause, asksToWait = false }: Failing,
	host: string,
): Stopped {
	return { message: `${message.replace('HOST', host)} [item 0]`, description, cause, asksToWait };
}
