import { bodyWith } from '../support/answers.cts';
import type { TestItem } from '../support/engine.cts';
import {
	type Answer,
	answering,
	type HostileServer,
	startHostileServer,
	type Treatment,
} from '../support/hostileServer.cts';

/** An item that could not be verified, in the words that its builder reads. */
export interface Failing {
	message: string;
	description: string;
	/** `failure.cause` of the error. */
	cause: string;
	/** Whether the error says for longer than a minute how long to wait. */
	asksToWait?: boolean;
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
	/** How many connections are opened for each item, where it is not as many. */
	connections?: number | 'any';
	/** Whether no further item is sent after the first. */
	halts?: boolean;
	/** The least time between the two attempts of an item, in milliseconds. */
	waitsMs?: number;
	becomes: Failing | Judged;
	/** The limit that ends it, of those that are named in the error. */
	endedBy?: 'maxAttempts' | 'maxWait' | 'retryAfter';
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
