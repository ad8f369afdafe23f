import {
	answering,
	type Answer,
	type HostileServer,
	startHostileServer,
} from './hostileServer.cts';
import { bodyWith, documentedBody } from './answers.cts';
import { personIn } from './people.cts';

/** A file as it arrived at the server. */
export interface ReceivedFile {
	name: string;
	type: string;
	bytes: Buffer;
}

/** A request for a verification. */
export interface Asked {
	selfie: ReceivedFile;
	photo: ReceivedFile;
	/** Whose selfie it is, as `imageOf` marks images. */
	person: string;
	/** How often this person has been asked about, this time included. */
	times: number;
	/** Resolves when the connection is gone. */
	closed: Promise<void>;
}

/** What stands in for Kairos where a test needs to see every request. */
export interface StandInKairos extends HostileServer {
	/** The requests that arrived whole, in their order. */
	asked: Asked[];
	/** The most requests that were open at the same time. */
	mostOpen: number;
}

/** An answer that speaks against nobody. */
export const approves: Answer = { body: bodyWith() };

/** The documented answer, which rejects. */
export const rejects: Answer = { body: documentedBody };

/** Starts a server that answers each request as it is told; `undefined` leaves it open. */
export async function startStandIn(
	answer: (asked: Asked) => Answer | undefined | Promise<Answer | undefined>,
): Promise<StandInKairos> {
	const asked: Asked[] = [];
	const counts = new Map<string, number>();
	let open = 0;
	let mostOpen = 0;
	const server = await startHostileServer(async (visit) => {
		mostOpen = Math.max(mostOpen, ++open);
		const isOver = once(() => open--);
		void visit.closed.then(isOver);
		const [head, body] = [await visit.head, await visit.body];
		const { selfie, photo } = await filesIn(head, body);
		const person = personIn(selfie.bytes);
		const times = (counts.get(person) ?? 0) + 1;
		counts.set(person, times);
		const one = { selfie, photo, person, times, closed: visit.closed };
		asked.push(one);
		const given = await answer(one);
		if (!given) return;
		// The client may send the next request as soon as it has the answer, before it hangs up.
		isOver();
		await answering(given)(visit);
	});
	return {
		...server,
		asked,
		get mostOpen() {
			return mostOpen;
		},
	};
}

/** Does something the first time it is asked to. */
function once(act: () => void): () => void {
	let isDone = false;
	return () => {
		if (!isDone) act();
		isDone = true;
	};
}

/** Reads a form with the reader of Node.js, which is the browsers' one. */
async function filesIn(head: string, body: Buffer) {
	const contentType = /^content-type: *(.+)$/im.exec(head)?.[1] ?? '';
	const form = await new Response(new Uint8Array(body), {
		headers: { 'content-type': contentType },
	}).formData();
	return { selfie: await fileOf(form.get('selfie')), photo: await fileOf(form.get('image')) };
}

async function fileOf(part: unknown): Promise<ReceivedFile> {
	if (!(part instanceof File)) throw new Error('The form lacks a file');
	return { name: part.name, type: part.type, bytes: Buffer.from(await part.arrayBuffer()) };
}
