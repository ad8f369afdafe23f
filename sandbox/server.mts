import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { FindFaces } from './faceEngine.mts';
import { HttpError } from './httpError.mts';
import { decodeImage } from './image.mts';
import { toResponse } from './response.mts';
import { scoresOf } from './scores.mts';
import { parseSteering, readSteering, type Steering } from './steering.mts';
import { MAX_FILE_BYTES, readUpload } from './upload.mts';

export interface ServerOptions {
	/** The keys that requests must send. */
	appId: string;
	appKey: string;
	/** The host names it answers to, in lower case and without a port. */
	hosts: string[];
	findFaces: FindFaces;
}

declare module 'fastify' {
	interface FastifyRequest {
		/** What the log says about the request beside its status: no keys and no image bytes. */
		remarks: string[];
	}
}

/** The pairs of headers by which each version takes the keys. */
const KEY_HEADERS = {
	'v0.1': [['app_id', 'app_key']],
	'v0.2': [
		['app-id', 'app-key'],
		['app_id', 'app_key'],
	],
} as const;
const VERSIONS = ['v0.1', 'v0.2'] as const;

/** Room for two of the largest files, so that the message can name the one that is larger. */
const MAX_BODY_BYTES = 3 * MAX_FILE_BYTES;

/** Builds the server that speaks the Kairos Biometric Verification contract; it does not listen. */
export function buildServer({ appId, appKey, hosts, findFaces }: ServerOptions): FastifyInstance {
	const app = fastify({ bodyLimit: MAX_BODY_BYTES });
	/** What the admin route asked for last. */
	let standing: Steering = {};
	/** How often each steering's status was given. */
	const given = new Map<string, number>();

	logRequests(app);
	// A web page can point a name of its own at 127.0.0.1, but its requests still carry that name.
	app.addHook('onRequest', ({ hostname }, _reply, done) => {
		if (hosts.includes(hostname.toLowerCase())) return done();
		throw new HttpError(421, 'This host name is not allowed. Start the sandbox with --allow-host.');
	});
	// Any body is let in: each route makes of it what it can.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

	/** The status that this request gets instead of a verification. */
	function takeStatus(sources: Steering[]) {
		const source = sources.find(({ status }) => status !== undefined);
		if (source?.status === undefined) return undefined;
		const text = JSON.stringify(source);
		const count = (given.get(text) ?? 0) + 1;
		given.set(text, count);
		const { status, retryAfter, times = Infinity } = source;
		return count > times ? undefined : { status, retryAfter };
	}

	async function respondToVerification(request: FastifyRequest, reply: FastifyReply) {
		const requestedAt = new Date();
		const { selfie, photo, multiface } = await readUpload(request);
		const [bySelfie, byPhoto] = [readSteering(selfie), readSteering(photo)];
		const steering = { ...standing, ...byPhoto, ...bySelfie };
		request.remarks.push(`steering ${JSON.stringify(steering)}`);

		const steered = takeStatus([bySelfie, byPhoto, standing]);
		if (steering.delay) await wait(steering.delay, undefined, { signal: request.signal });
		if (steered) {
			const { status, retryAfter } = steered;
			if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
			return reply.code(status).send({ message: `The sandbox was steered to status ${status}.` });
		}

		const verification = await scoresOf(
			{
				selfie: await decodeImage('selfie', selfie),
				photo: await decodeImage('image', photo),
				multiface,
			},
			{ ...steering, selfieFaces: bySelfie.faces ?? standing.faces, photoFaces: byPhoto.faces },
			(image) => findFaces(image, request.signal),
		);
		void reply.header('x-sandbox-liveness', 'placeholder');
		return toResponse(verification, requestedAt);
	}

	for (const version of VERSIONS) {
		app.post(`/${version}/biometric-verification`, {
			onRequest: ({ headers }, _reply, done) => {
				if (hasKeys(headers, version, appId, appKey)) return done();
				const names = KEY_HEADERS[version].map((pair) => pair.join(' and ')).join(', or ');
				throw new HttpError(401, `The keys are missing or wrong. Send the headers ${names}.`);
			},
			handler: respondToVerification,
		});
	}
	app.put('/sandbox/steering', ({ body }, reply) => {
		standing = parseSteering(String(body));
		given.clear();
		return reply.send(standing);
	});
	return app;
}

/** One line for each request, also where the client went away before it had its response. */
function logRequests(app: FastifyInstance): void {
	app.decorateRequest('remarks');
	app.addHook('onRequest', (request, reply, done) => {
		request.remarks = [];
		reply.raw.once('close', () => {
			// A query may hold a key.
			const [path = ''] = request.url.split('?', 1);
			const outcome = reply.raw.writableFinished ? reply.statusCode : 'client went away';
			console.log([`${request.method} ${path} ${outcome}`, ...request.remarks].join(' | '));
		});
		done();
	});
	app.addHook('onError', (request, _reply, { message }, done) => {
		request.remarks.push(message);
		done();
	});
}

/** A request to v0.2 may send both pairs of headers, and then both must be right. */
function hasKeys(
	headers: IncomingHttpHeaders,
	version: (typeof VERSIONS)[number],
	appId: string,
	appKey: string,
): boolean {
	const sent = KEY_HEADERS[version].filter(([id, key]) => id in headers || key in headers);
	const areRight = sent.every(([id, key]) => headers[id] === appId && headers[key] === appKey);
	return sent.length > 0 && areRight;
}
