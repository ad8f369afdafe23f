import type { ErrorCode } from '../../nodes/BiometricVerify/errors/codes';
import { bodyWith } from '../support/answers.cts';
import type { TestItem } from '../support/engine.cts';
import {
	type Answer,
	answering,
	type HostileServer,
	startHostileServer,
	type Treatment,
} from '../support/hostileServer.cts';

/** An item that could not be verified, as machines read it. */
export interface Failing {
	code: ErrorCode;
	/** The status of the last answer; null where none came. */
	httpCode: number | null;
	/** False unless said otherwise. */
	mayBeBilled?: boolean;
}

/** An item that was judged, by an answer that approves nobody. */
export interface Judged {
	decision: 'review' | 'reject';
	/** The outputs by which it leaves. */
	outputs: string[];
}

export interface Fault {
	name: string;
	/** Starts what the node meets instead of Kairos. */
	start: () => Promise<Target>;
	/** The options Max Attempts, Timeout and Max Wait. */
	maxAttempts?: number;
	timeout?: number;
	maxWait?: number;
	/** How large the selfie is, in bytes; small when it is not said. */
	selfieBytes?: number;
	/** What each item is, where it is not an ordinary one. */
	item?: (images: TestImages) => TestItem;
	/** Parameters of the node beside its options. */
	parameters?: Record<string, unknown>;
	/** How many requests reach the server for each item; any number where only time counts. */
	requests: number | 'any';
	/** Whether no further item is sent after the first. */
	endsRun?: boolean;
	/** How often an item counts as sent, where it is not the number of its requests. */
	attempts?: number;
	/** The least time between the two attempts of an item, in milliseconds. */
	waitsMs?: number;
	becomes: Failing | Judged;
	/** Whether only time counts: then it is chance how many items are sent before the run ends. */
	isTimed?: boolean;
}

/** Two images of an item, whose bytes are looked for wherever they must not be. */
export interface TestImages {
	selfie: Buffer;
	photo: Buffer;
}

/** What stands at the Base URL of the credential. */
export interface Target {
	url: string;
	servers: HostileServer[];
	/** A server of another origin, which nothing may reach. */
	elsewhere?: HostileServer;
}

/** A response that would approve, were it not for what is wrong around it. */
export const approving = bodyWith();

/** The fault of a server that reads the request and gives one answer. */
export function answered(answer: Answer): Fault['start'] {
	return served(answering(answer));
}

export function served(treatment: Treatment): Fault['start'] {
	return async () => {
		const server = await startHostileServer(treatment);
		return { url: server.url, servers: [server] };
	};
}

/** Treats the first request of each item by the first treatment and so on, then starts over. */
export function inTurn(...treatments: readonly Treatment[]): Treatment {
	const counts = new Map<string, number>();
	return async (visit) => {
		const item = itemIn(await visit.body);
		const count = counts.get(item) ?? 0;
		counts.set(item, count + 1);
		await treatments[count % treatments.length]?.(visit);
	};
}

/** Which item of which run a request is for, by the mark in its images. */
export function itemIn(body: Buffer): string {
	return /[^]{24}item \d+;/.exec(body.toString('latin1'))?.[0] ?? '';
}
