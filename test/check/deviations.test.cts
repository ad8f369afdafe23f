import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type DeviationId, deviations } from '../../sandbox/assumptions.mts';
import {
	type Face,
	type FaceEngine,
	type Pixels,
	startFaceEngine,
} from '../../sandbox/faceEngine.mts';
import { buildServer } from '../../sandbox/server.mts';
import { check, type Checked } from '../../scripts/checkKairos/check.mts';
import { makeImages, type TestImages } from '../../scripts/checkKairos/images.mts';
import { reportOf, toMarkdown, toText } from '../../scripts/checkKairos/report.mts';

/** Too short to be taken for an ID, which a report leaves out anyway. */
const KEYS = { appId: 'app-4711', appKey: 'hush-4712' };

/** So few verifications may a quick check use. */
const QUICK = 3;

let engine: FaceEngine;
let images: TestImages;
const analyzed = new Map<string, Promise<Face[]>>();

/** The images of a check are always the same: each is looked at once for all tests. */
const remembering: FaceEngine = {
	analyze: (image: Pixels) => {
		const key = createHash('sha1').update(image.data).digest('hex');
		const faces = analyzed.get(key) ?? engine.analyze(image);
		analyzed.set(key, faces);
		return faces;
	},
	ready: () => engine.ready(),
	close: () => engine.close(),
};

beforeAll(async () => {
	engine = await startFaceEngine(1);
	images = await makeImages();
});
afterAll(() => engine.close());

interface Ways {
	told?: DeviationId[];
	apiVersion?: 'v0.1' | 'v0.2';
	isQuick?: boolean;
	appKey?: string;
	signal?: AbortSignal;
	onServer?: (app: FastifyInstance) => void;
}

/** Checks a sandbox, and counts the requests with right keys and two images. */
async function checkSandbox({ told = [], onServer, ...options }: Ways = {}) {
	const lines: string[] = [];
	const app = buildServer({
		keys: KEYS,
		engine: remembering,
		log: (line) => lines.push(line),
		deviations: new Set(told),
	});
	onServer?.(app);
	await app.listen({ host: '127.0.0.1', port: 0 });
	try {
		const { port } = app.server.address() as AddressInfo;
		const checked = await check({
			keys: { ...KEYS, appKey: options.appKey ?? KEYS.appKey },
			baseUrl: `http://127.0.0.1:${port}`,
			apiVersion: options.apiVersion ?? 'v0.1',
			isQuick: options.isQuick ?? false,
			images,
			signal: options.signal ?? new AbortController().signal,
			onProbe: () => undefined,
		});
		return { checked, lines };
	} finally {
		await app.close();
	}
}

const idsOf = ({ results }: Checked, outcome: string) =>
	results.filter((result) => result.outcome === outcome).map(({ id }) => id);

describe('a sandbox that is as we take Kairos to be', () => {
	test.each(['v0.1', 'v0.2'] as const)(
		'shows nothing that differs, with %s',
		async (apiVersion) => {
			const { checked } = await checkSandbox({ apiVersion });
			expect(idsOf(checked, 'differs')).toEqual([]);
			expect(idsOf(checked, 'not tested')).toEqual(['rate-limit', 'retry-after', 'warning']);
			expect(checked.stopped).toBeUndefined();
			expect(checked.unknown).toMatchObject({ codes: [], decisions: [], statuses: [], fields: [] });
		},
	);

	test('is asked for three verifications at most by a quick check', async () => {
		const { checked, lines } = await checkSandbox({ isQuick: true });
		expect(checked.verifications).toBe(QUICK);
		expect(lines.filter((line) => line.includes(' 200 '))).toHaveLength(QUICK);
		expect(idsOf(checked, 'differs')).toEqual([]);
		expect(idsOf(checked, 'held')).toContain('no-face');
		expect(idsOf(checked, 'not tested')).toContain('all-faces-listed');
	});
});

describe('a check finds exactly what a sandbox was told to do otherwise', () => {
	test.each(deviations.map(({ id, deviation }) => [id, deviation] as const))(
		'%s: %s',
		async (id) => {
			const { checked } = await checkSandbox({ told: [id] });
			expect(idsOf(checked, 'differs')).toEqual([id]);
		},
	);

	test('several at once', async () => {
		const told: DeviationId[] = ['missing-part', 'image-size', 'no-face'];
		const { checked } = await checkSandbox({ told });
		expect(idsOf(checked, 'differs')).toEqual(told);
	});

	test('and names codes, words, statuses and fields that the node does not know', async () => {
		const told: DeviationId[] = ['detail-codes', 'detail-decisions', 'face-fields', 'missing-part'];
		const { checked } = await checkSandbox({ told });
		const faces = 'response_data.biometric.image.faces_predicted[]';
		expect(checked.unknown).toMatchObject({
			codes: ['FACE_MISMATCH'],
			decisions: ['deny'],
			statuses: ['422'],
		});
		expect(checked.unknown.fields).toContain(`${faces}.bottom_right`);
	});
});

test('keys in other headers than the node sends do not keep the rest from being checked', async () => {
	const { checked } = await checkSandbox({ told: ['v0.1-headers'] });
	expect(idsOf(checked, 'held')).toContain('higher-is-better');
});

describe('a check ends early', () => {
	test('when the keys are refused, before any verification', async () => {
		const { checked, lines } = await checkSandbox({ appKey: 'not-the-key-1' });
		expect(checked.stopped).toContain('Kairos refused App ID or App Key');
		expect(checked.verifications).toBe(0);
		expect(lines.every((line) => line.includes(' 401 '))).toBe(true);
	});

	test('when Kairos takes no more requests', async () => {
		let verifications = 0;
		const { checked } = await checkSandbox({
			onServer: (app) => {
				app.addHook('preSerialization', (request, reply, payload, done) => {
					if (!request.logged.response || ++verifications < 2) return done(null, payload);
					reply.code(429).header('retry-after', '7');
					done(null, { message: 'Slow down' });
				});
			},
		});
		expect(verifications).toBe(2);
		expect(checked.stopped).toContain('HTTP 429');
		expect(idsOf(checked, 'held')).toEqual(expect.arrayContaining(['rate-limit', 'retry-after']));
	});

	test('when nobody is there', async () => {
		const { checked, lines } = await checkSandbox({
			onServer: (app) => {
				app.addHook('onRequest', (request) => void request.raw.destroy());
			},
		});
		expect(checked.stopped).toContain('No response came from Kairos');
		expect(lines).toHaveLength(2);
	});

	test('when it is stopped by hand, with what it found until then', async () => {
		const end = new AbortController();
		const { checked } = await checkSandbox({
			signal: end.signal,
			onServer: (app) => {
				app.addHook('onResponse', (request, _reply, done) => {
					if (request.logged.upload?.selfie) end.abort();
					done();
				});
			},
		});
		expect(checked.stopped).toBe('It was stopped before its end.');
		expect(idsOf(checked, 'held')).toContain('credential-test');
		expect(checked.verifications).toBe(1);
	});
});

describe('a report', () => {
	const shown = (checked: Checked) => {
		const report = reportOf(checked, { keys: KEYS, apiVersion: 'v0.1', isUsualAddress: true });
		return [toText(report), toMarkdown(report), JSON.stringify(report)];
	};

	test('holds no keys, request IDs, addresses or file names, whatever Kairos says', async () => {
		const id = '601d8377-03be-481e-a314-d61675154d3e';
		const words = `${KEYS.appKey} of ${KEYS.appId}, someone@example.com, selfie.jpeg, request ${id}, account 123456789012, https://billing.example/x, 10.1.2.3, key ak_1234567890abcdefg`;
		const { checked } = await checkSandbox({
			onServer: (app) => {
				app.addHook('onSend', (_request, reply, payload, done) => {
					void reply.header('x-ratelimit-remaining', `9 for ${KEYS.appId}`);
					const body = JSON.parse(String(payload)) as Record<string, unknown>;
					if (reply.statusCode >= 400) return done(null, JSON.stringify({ message: words }));
					done(null, JSON.stringify({ ...body, [words]: words, response_code: words }));
				});
			},
		});
		for (const text of shown(checked)) {
			for (const secret of words.split(/[ ,]+/).filter((word) => /[\d@.]/.test(word))) {
				expect(text).not.toContain(secret);
			}
			expect(text).toContain('x-ratelimit-remaining: 9 for');
		}
	});

	test('says what was assumed, what came, and what that means', async () => {
		const { checked } = await checkSandbox({ told: ['response-code'] });
		const [text = '', markdown] = shown(checked);
		expect(text).toContain(
			[
				'response-code differs',
				'  assumed: `response_code` is 1.',
				'  came:    `response_code` is 2 (Same person)',
				'  so:      Nobody is approved: everybody goes to review.',
			].join('\n'),
		);
		expect(text).toContain('33 held, 1 differ, 3 not tested. Verifications used, at most: 10.');
		expect(markdown).toContain(
			'| `response-code` | `response_code` is 1. | documented | differs |',
		);
	});
});
