import {
	answering,
	type Answer,
	type HostileServer,
	startHostileServer,
	type Visit,
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
	const open = new Set<Visit>();
	const server = await startHostileServer(async (visit) => {
		const { closed } = visit;
		open.add(visit);
		standIn.mostOpen = Math.max(standIn.mostOpen, open.size);
		void closed.then(() => open.delete(visit));
		const { selfie, photo } = await filesIn(visit);
		const person = personIn(selfie.bytes);
		const times = asked.filter((earlier) => earlier.person === person).length + 1;
		const one = { selfie, photo, person, times, closed };
		asked.push(one);
		const given = await answer(one);
		if (!given) return;
		// The client may send the next request as soon as it has the answer, before it hangs up.
		open.delete(visit);
		await answering(given)(visit);
	});
	const standIn = { ...server, asked, mostOpen: 0 };
	return standIn;
}

/** Reads a form with the reader of Node.js, which is the browsers' one. */
async function filesIn({ request, body }: Visit) {
	const headers = { 'content-type': String(request.headers['content-type']) };
	const form = await new Response(new Uint8Array(await body), { headers }).formData();
	return { selfie: await fileOf(form.get('selfie')), photo: await fileOf(form.get('image')) };
}

async function fileOf(part: unknown): Promise<ReceivedFile> {
	if (!(part instanceof File)) throw new Error('The form lacks a file');
	return { name: part.name, type: part.type, bytes: Buffer.from(await part.arrayBuffer()) };
}
