import type { Failing, Fault } from './fault.cts';
import type { Left, Read, Setting, FaultRun } from './runFault.cts';

/** What must be so of a fault that was tried. */
export interface Facts extends Pick<
	FaultRun,
	'strayed' | 'left' | 'stopped' | 'approvals' | 'leaks'
> {
	requests: number | 'any';
}

/** What must come of a fault in a setting of On Error. */
export function expected({ fault, setting, itemsIn }: FaultRun): Facts {
	const { becomes, requests } = fault;
	const stops = setting === 'stopWorkflow' && 'code' in becomes;
	const sent = fault.isFatal || stops ? 1 : itemsIn;
	return {
		requests: requests === 'any' || isChance(fault, setting) ? 'any' : requests * sent,
		strayed: 0,
		left: stops ? [] : Array.from({ length: itemsIn }, (_, item) => leaving(fault, setting, item)),
		stopped: stops ? stoppedBy(asRead(becomes, fault), fault, setting) : undefined,
		approvals: 0,
		leaks: [],
	};
}

/** What came of a fault, without what differs from time to time. */
export function found({ fault, setting, requests, left, stopped, ...facts }: FaultRun): Facts {
	const { strayed, approvals, leaks } = facts;
	return {
		requests: isChance(fault, setting) && requests > 0 ? 'any' : requests,
		strayed,
		left: left.map(({ error, ...rest }) => ({
			...rest,
			error: error && withoutChance(error, fault),
		})),
		stopped: stopped && stoppedBy(withoutChance(stopped, fault), fault, setting),
		approvals,
		leaks,
	};
}

/** While one item waits for its next attempt, the other may have been sent when that ends the run. */
function isChance({ requests, becomes }: Fault, setting: Setting): boolean {
	return requests === 'any' || (setting === 'stopWorkflow' && 'code' in becomes && requests > 1);
}

/**
 * The first item stops the run, also where the other one used up its attempts sooner: then the
 * first one was sent less often.
 */
function stoppedBy(error: Read, fault: Fault, setting: Setting): Read {
	const { attempts } = error;
	const wasSent = attempts === 'any' || attempts > 0;
	return isChance(fault, setting) && wasSent ? { ...error, attempts: 'any' } : error;
}

/** Where only time counts, it is chance whether the run ends before or after an item is sent. */
function withoutChance(error: Read, { isTimed, becomes }: Fault): Read {
	if (!isTimed || !('code' in becomes)) return error;
	const { code, httpCode } = becomes;
	return {
		...error,
		code: error.code === 'NOT_SENT' ? code : error.code,
		httpCode: error.httpCode ?? httpCode,
		attempts: 'any',
	};
}

function leaving(fault: Fault, setting: Setting, item: number): Left {
	const { becomes, isFatal } = fault;
	if (!('code' in becomes)) return { item, ...becomes, error: undefined };
	const outputs = [setting === 'continueErrorOutput' ? 'Error' : 'Review'];
	const error = isFatal && item > 0 ? NOT_SENT : asRead(becomes, fault);
	return { item, outputs, error, decision: undefined };
}

const NOT_SENT: Read = { code: 'NOT_SENT', httpCode: null, mayBeBilled: false, attempts: 0 };

function asRead({ code, httpCode, mayBeBilled = false }: Failing, fault: Fault): Read {
	const { requests, attempts = requests, isTimed } = fault;
	return { code, httpCode, mayBeBilled, attempts: isTimed ? 'any' : attempts };
}
