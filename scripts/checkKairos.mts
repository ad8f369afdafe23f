/**
 * `npm run check:kairos`: tries with your account what this package takes for granted about Kairos.
 * The built node verifies a few pairs in n8n's engine, and its own findings and errors say what
 * differs. The report holds nothing but what is numbers, field names, codes, and `[text]`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { SetupError } from './bootstrap.mjs';
import { makePairs, type Pair, type TestImage } from './checkKairos/pairs.mts';
import { redact } from './checkKairos/redact.mts';
import {
	type Credential,
	type Outcome,
	outcomeOf,
	type Received,
	type Verification,
	verify,
} from './checkKairos/verify.mts';
import { Engine } from './n8n/engine.mts';
import { ROOT, temporaryFolder } from './paths.mts';

/** A request without images, which costs nothing. */
interface KeyCheck {
	title: string;
	version: string;
	headers: Record<string, string>;
	/** What the node takes for granted; absent where nobody knows. */
	statuses?: number[];
}

/** By these the node knows wrong keys. */
const KEYS_REFUSED = [401, 403];

/** The keys were accepted, and the images are missing. */
const IMAGES_MISSING = [400, 411, 413, 415, 422];

const TIMEOUT_MS = 60_000;

/** Every further request would get the same. */
const REFUSALS = [...KEYS_REFUSED, 402, 429, 503];

/** Comes with any portrait, since none is a selfie. */
const NOT_LIVE = 'FAILED_SELFIE_LIVENESS';

const { KAIROS_APP_ID: appId = '', KAIROS_APP_KEY: appSecretKey = '' } = process.env;
const keys = [appId, appSecretKey];
let differences = 0;

process.once('SIGINT', () => process.exit(2));
try {
	await main();
	process.exitCode = differences === 0 ? 0 : 1;
} catch (error) {
	console.error(error instanceof SetupError ? error.message : error);
	process.exitCode = 2;
}

async function main(): Promise<void> {
	const { yes, record, ...credential } = readOptions();
	const keyChecks = keyChecksFor(credential);
	const pairs = await makePairs();
	console.error(
		`This sends ${keyChecks.length} requests without images and ${pairs.length} verifications to ` +
			`${credential.baseUrl}. Kairos may count, and bill, up to ${pairs.length}.`,
	);
	if (!yes && !(await isConfirmed())) throw new SetupError('Nothing was sent.');

	for (const keyCheck of keyChecks) await checkKeys(keyCheck, credential);
	process.env.N8N_USER_FOLDER = temporaryFolder('check');
	process.env.N8N_ENCRYPTION_KEY = 'of an engine that keeps nothing';
	const engine = new Engine({ packages: ROOT, dist: join(ROOT, 'dist') });
	try {
		const scores: number[] = [];
		for (const pair of pairs) scores.push(await checkPair(pair, credential, engine, record));
		const [same = NaN, different = NaN] = scores;
		const differs = same > different ? [] : ['expected a higher face match'];
		print('same person, beside different persons', [`${same}, ${different}`], differs);
	} finally {
		await engine.dispose();
	}
}

function readOptions(): Credential & { yes: boolean; record?: string } {
	try {
		const { values } = parseArgs({
			options: {
				yes: { type: 'boolean', default: false },
				'base-url': { type: 'string', default: 'https://idv-eu.kairos.com' },
				'api-version': { type: 'string', default: 'v0.1' },
				record: { type: 'string' },
			},
		});
		const { 'base-url': baseUrl, 'api-version': apiVersion, yes, record } = values;
		const isSafe = /^https:|^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(`${baseUrl}/`);
		const isVersion = ['v0.1', 'v0.2'].includes(apiVersion);
		if (!isSafe || !isVersion || !appId || !appSecretKey) throw new Error('Invalid value');
		return { appId, appSecretKey, baseUrl: baseUrl.replace(/\/+$/, ''), apiVersion, yes, record };
	} catch {
		// Nothing of what was given is repeated: it could be a key.
		throw new SetupError(
			'Set KAIROS_APP_ID and KAIROS_APP_KEY. Options: --yes, --base-url with an https:// address, ' +
				'--api-version v0.1 or v0.2, and --record with a folder.',
		);
	}
}

async function isConfirmed(): Promise<boolean> {
	if (!process.stdin.isTTY) throw new SetupError('There is no terminal to ask on. Add --yes.');
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	const answer = await terminal.question('Go on? (yes/no) ');
	terminal.close();
	return answer.trim().toLowerCase() === 'yes';
}

/** The keys as the node sends them, wrong and missing ones, and other spellings of the headers. */
function keyChecksFor({ appId, appSecretKey, apiVersion: version }: Credential): KeyCheck[] {
	const underscores = { app_id: appId, app_key: appSecretKey };
	const hyphens = { 'app-id': appId, 'app-key': appSecretKey };
	const asNode = version === 'v0.1' ? underscores : { ...underscores, ...hyphens };
	const wrong = { app_id: appId, app_key: 'no-such-key' };
	return [
		{ title: 'right keys', version, headers: asNode, statuses: IMAGES_MISSING },
		{ title: 'wrong App Key', version, headers: wrong, statuses: KEYS_REFUSED },
		{ title: 'no keys', version, headers: {}, statuses: KEYS_REFUSED },
		{ title: 'app-id and app-key', version: 'v0.1', headers: hyphens },
		{ title: 'app-id and app-key', version: 'v0.2', headers: hyphens },
		{ title: 'app_id and app_key', version: 'v0.2', headers: underscores },
	];
}

/** Sends it once. @throws where no response comes */
async function ask(baseUrl: string, { version, headers }: KeyCheck): Promise<Received> {
	const start = performance.now();
	const response = await fetch(`${baseUrl}/${version}/biometric-verification`, {
		method: 'POST',
		headers,
		// The keys would go along.
		redirect: 'manual',
		dispatcher: new EnvHttpProxyAgent(),
		signal: AbortSignal.timeout(TIMEOUT_MS),
	});
	const body = await response.text();
	const seconds = (performance.now() - start) / 1000;
	const hasRequestId = response.headers.has('x-request-id');
	return { status: response.status, hasRequestId, body, seconds };
}

async function checkKeys(keyCheck: KeyCheck, credential: Credential): Promise<void> {
	const { title, version, statuses } = keyCheck;
	const received = await ask(credential.baseUrl, keyCheck).catch(() => undefined);
	if (received === undefined) throw new SetupError('No response came.');
	const { status, body } = received;
	const isExpected = statuses?.includes(status) ?? true;
	print(
		`${title}, ${version}`,
		[...wireFacts(received), JSON.stringify(redact(body, keys))],
		isExpected ? [] : [`expected HTTP ${statuses?.join(' or ')}`],
	);
	stopOnRefusal(status, statuses ?? KEYS_REFUSED);
}

/** @returns the face match, NaN where there is none */
async function checkPair(
	pair: Pair,
	credential: Credential,
	engine: Engine,
	record: string | undefined,
): Promise<number> {
	const { verification, received } = await verify(pair, credential, engine);
	if (received === undefined) throw new SetupError('No response came.');
	const { status } = received;
	const body = redact(received.body, keys);
	const expected = redact(JSON.stringify(outcomeOf(verification)), keys) as Outcome;
	const { faceMatch, liveness, selfie, photo } = verification;
	const facts =
		'error' in expected
			? [`error ${expected.error.code}`, JSON.stringify(body)]
			: [
					[expected.decision, ...expected.findings].join(' '),
					`face match ${faceMatch?.score}, liveness ${liveness?.score}`,
					`selfie ${shown(selfie)}, photo ${shown(photo)}`,
				];
	const differs = differencesOf(pair, status, expected, verification);
	print(pair.title, [...wireFacts(received), ...facts], differs);
	if (record !== undefined) {
		const about = `${pair.title}, ${credential.apiVersion}, by npm run check:kairos.`;
		const { matchAny } = pair;
		const fixture = JSON.stringify({ about, matchAny, status, body, expected }, undefined, '\t');
		const name = `${credential.apiVersion} ${pair.title}`.replaceAll(/[^\w.]+/g, '-');
		mkdirSync(record, { recursive: true });
		writeFileSync(join(record, `${name}.json`), `${fixture}\n`);
	}
	stopOnRefusal(status, []);
	return faceMatch?.score ?? NaN;
}

/** What is not as the node takes for granted. */
function differencesOf(
	{ must, may = [], isRefused, ...sent }: Pair,
	status: number,
	outcome: Outcome,
	seen: Verification,
): string[] {
	if (isRefused) return status >= 400 && status < 500 ? [] : ['expected HTTP 4xx'];
	if (must === undefined) return [];
	if ('error' in outcome) return ['expected a decision'];
	const { findings } = outcome;
	const known = [NOT_LIVE, ...must, ...may];
	return [
		...must.filter((code) => !findings.includes(code)).map((code) => `expected ${code}`),
		...findings.filter((code) => !known.includes(code)).map((code) => `did not expect ${code}`),
		...(['selfie', 'photo'] as const)
			.filter((image) => shown(seen[image]) !== shown(sent[image]))
			.map((image) => `expected ${image} ${shown(sent[image])}`),
	];
}

/** An image as Kairos saw it, or must see it. */
function shown(image: Verification['selfie'] | TestImage): string {
	const { width, height, faces = [] } = image ?? {};
	return `${width} x ${height} with ${Array.isArray(faces) ? faces.length : faces} faces`;
}

function wireFacts({ status, seconds, hasRequestId }: Received): string[] {
	const requestId = `${hasRequestId ? 'with' : 'no'} X-Request-ID`;
	return [`HTTP ${status}`, `${seconds.toFixed(2)} s`, requestId];
}

function print(title: string, facts: string[], differs: string[]): void {
	differences += differs.length;
	console.log(`${differs.length === 0 ? '✓' : '✗'} ${title}: ${facts.join(', ')}`);
	for (const difference of differs) console.log(`    ${difference}`);
}

function stopOnRefusal(status: number, answers: number[]): void {
	if (!REFUSALS.includes(status) || answers.includes(status)) return;
	throw new SetupError(`Kairos refuses the keys, or takes no more requests: HTTP ${status}.`);
}
