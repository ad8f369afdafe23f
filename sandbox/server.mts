import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { toResponse } from './response.mts';
import type { FaceEngine } from './faceEngine.mts';
import { type ApiVersion, hasKeys, headerNames, type Keys } from './keys.mts';
import { Refusal } from './refusal.mts';
import { type LoggedRequest, toLogLine } from './requestLog.mts';
import { readPhotoSteering, readSteering, StatusCount } from './steering.mts';
import { largestFile, readUpload } from './upload.mts';
import { verify } from './verify.mts';

export interface SandboxOptions {
	keys: Keys;
	engine: FaceEngine;
	/** Takes one line a request. */
	log: (line: string) => void;
}

declare module 'fastify' {
	interface FastifyRequest {
		/** What the log line will say of the request, beside its status and duration. */
		logged: Pick<LoggedRequest, 'upload' | 'response' | 'steered' | 'problem'>;
		/** Aborted when the client went away, or after the response. */
		over: AbortSignal;
	}
}

const versions: ApiVersion[] = ['v0.1', 'v0.2'];
const withoutBody = new Set([204, 205, 304]);

function logEachRequest(app: FastifyInstance, log: SandboxOptions['log']): void {
	app.decorateRequest('logged');
	app.decorateRequest('over');
	app.addHook('onRequest', (request, reply, done) => {
		const over = new AbortController();
		request.logged = {};
		request.over = over.signal;
		reply.raw.once('close', () => {
			over.abort();
			const [path = ''] = request.url.split('?', 1);
			const status = reply.raw.writableFinished ? reply.statusCode : undefined;
			const { method, logged } = request;
			log(toLogLine({ ...logged, method, path, status, duration: reply.elapsedTime }, new Date()));
		});
		done();
	});
}

function respondToErrors(app: FastifyInstance): void {
	app.setErrorHandler((error, request, reply) => {
		const known = error instanceof Refusal;
		const reason = error instanceof Error ? error.message : String(error);
		const message = known ? reason : `The sandbox broke down on this request: ${reason}`;
		request.logged.problem = message;
		const status = known ? error.status : 500;
		void reply.code(status).headers(known ? error.headers : {});
		return reply.send(withoutBody.has(status) ? undefined : { message });
	});
	app.setNotFoundHandler((request) => {
		throw new Refusal(
			404,
			`There is nothing here for ${request.method}. The sandbox serves ` +
				`POST ${versions.map((version) => pathOf(version)).join(' and ')}, and GET /health.`,
		);
	});
}

/** Any body is let in: one that is not multipart holds no parts, and gets a 400. */
function acceptAnyBody(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	void app.register(multipart, {
		limits: { fileSize: largestFile, files: 4, fields: 20, parts: 20 },
	});
	app.addContentTypeParser('*', (_request, payload, done) => {
		payload.resume();
		done(null);
	});
}

const pathOf = (version: ApiVersion) => `/${version}/biometric-verification`;

/** Refuses every other method of a known path before anything else of the request is looked at. */
function refuseOtherMethods(app: FastifyInstance, url: string, allowed: string[]): void {
	app.route({
		method: app.supportedMethods.filter((method) => !allowed.includes(method)),
		url,
		onRequest: () => {
			const allow = allowed.join(', ');
			throw new Refusal(405, `This path takes ${allow} only.`, { allow });
		},
		handler: () => undefined,
	});
}

/** Builds the server that speaks the Kairos Biometric Verification contract; it does not listen. */
export function buildServer({ keys, engine, log }: SandboxOptions): FastifyInstance {
	const app = fastify({ logger: false, exposeHeadRoutes: false, forceCloseConnections: true });
	const statusCount = new StatusCount();
	logEachRequest(app, log);
	respondToErrors(app);
	acceptAnyBody(app);

	async function respondToVerification(request: FastifyRequest, reply: FastifyReply) {
		const requestedAt = new Date();
		const upload = await readUpload(request);
		request.logged.upload = upload;
		const steering = readSteering(upload.selfie.fileName);
		const photo = readPhotoSteering(upload.image.fileName);
		request.logged.steered = [...steering.words, ...photo.words.map((word) => `${word} (photo)`)];

		const givesStatus = statusCount.claims(upload.selfie, steering);
		if (steering.delay) await wait(steering.delay, undefined, { signal: request.over });
		if (givesStatus && steering.status !== undefined) {
			const after = steering.retryAfter;
			throw new Refusal(
				steering.status,
				`The selfie's file name asked for status ${steering.status}.`,
				after === undefined ? {} : { 'retry-after': String(after) },
			);
		}

		const verification = await verify(upload, steering, photo.faces, engine, request.over);
		const times = { requestId: randomUUID(), requestedAt, processedAt: new Date() };
		const response = toResponse(verification, times);
		request.logged.response = response;
		void reply.header('x-sandbox-liveness', 'placeholder');
		return response;
	}

	app.after(() => {
		for (const version of versions) {
			app.post(pathOf(version), {
				onRequest: (request, _reply, done) => {
					if (hasKeys(request.headers, keys, version)) return done();
					const names = headerNames(version);
					throw new Refusal(401, `The keys are missing or wrong. Send the headers ${names}.`);
				},
				handler: respondToVerification,
			});
			refuseOtherMethods(app, pathOf(version), ['POST']);
		}
		app.route({
			method: ['GET', 'HEAD'],
			url: '/health',
			handler: () => {
				const workers = engine.ready();
				return { status: 'ok', engine: workers > 0 ? 'ready' : 'not ready', workers };
			},
		});
		refuseOtherMethods(app, '/health', ['GET', 'HEAD']);
	});
	return app;
}
