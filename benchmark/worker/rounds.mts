import type { ICredentialDataDecryptedObject, INodeExecutionData } from 'n8n-workflow';
import { ROOT } from '../../scripts/paths.mts';
import {
	type Round,
	type RoundResult,
	type RoundsJob,
	imageOf,
	newRound,
	readRecord,
	selfieName,
} from '../jobs.mts';
import { sendBare } from './bare.mts';
import { HAND_OVER, handOverNode } from './handOver.mts';
import { watchMemory } from './memory.mts';
import { readImages } from './reading.mts';
import { LAST_STEP, apiUrl, workflowOf } from './steps.mts';

/** Sends the items of a round, and tells how many came back verified. */
type Send = (round: Round, url: string) => Promise<number>;

/** Small images, so that the warm-up leaves no memory behind that the measured images reuse. */
const WARM_UP_BYTES = 20_000;

/** Enough to fill V8's space for new objects, 32 MB, for the first time: in a running n8n it long is. */
const WARM_UP: Round = { items: 150, concurrency: 5, delayMs: 0 };

/** Makes the rounds of a job, after a warm-up that is not measured. */
export async function runRounds(
	job: RoundsJob,
	dist: string,
	stubUrl: string,
): Promise<RoundResult[]> {
	const prepare = await prepareContestant(job, dist);
	const warmUp = await prepare(WARM_UP_BYTES);
	await warmUp(WARM_UP, newRound(stubUrl, WARM_UP).url);
	const send = await prepare(job.imageBytes);
	const results: RoundResult[] = [];
	for (const round of job.rounds) results.push(await measure(send, round, stubUrl));
	return results;
}

async function measure(send: Send, round: Round, stubUrl: string): Promise<RoundResult> {
	const { executions = 1 } = round;
	const items = round.items * executions;
	const { url, recordUrl } = newRound(stubUrl, round);
	const endWatch = await watchMemory();
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	let verified = 0;
	for (let count = 0; count < executions; count++) verified += await send(round, url);
	const wallMs = performance.now() - startedAt;
	const { user, system } = process.cpuUsage(cpuBefore);
	const peakMb = endWatch();
	const { counts, requests } = await readRecord(recordUrl);
	const cpuMsPerItem = (user + system) / 1000 / items;
	const lost = items - verified;
	return { figures: { wallMs, peakMb, verified, lost, cpuMsPerItem, ...counts }, requests };
}

async function prepareContestant(
	job: RoundsJob,
	dist: string,
): Promise<(imageBytes: number) => Promise<Send>> {
	if (job.contestant === 'bare') return prepareBare;
	const prepare = await prepareEngine(job, dist);
	// It has n8n's engine beside it, and so a heap as large as that of the others.
	return job.contestant === 'reading' ? prepareReading : prepare;
}

function prepareReading(imageBytes: number): Promise<Send> {
	const image = imageOf('selfie', imageBytes);
	return Promise.resolve((round) => readImages(image, round));
}

function prepareBare(imageBytes: number): Promise<Send> {
	const image = imageOf('selfie', imageBytes);
	return Promise.resolve((round, url) => sendBare(image, round, apiUrl(url)));
}

async function prepareEngine(
	job: RoundsJob,
	dist: string,
): Promise<(imageBytes: number) => Promise<Send>> {
	// Loaded only here: a bare client must not carry n8n's memory.
	const { Engine, outputsOf } = await import('../../scripts/n8n/engine.mts');
	const credential: ICredentialDataDecryptedObject = {
		appId: 'benchmark',
		appSecretKey: 'benchmark',
		apiVersion: 'v0.1',
	};
	const engine = new Engine({ packages: ROOT, dist });
	const nodeTypes = { [HAND_OVER]: handOverNode };
	return async (imageBytes) => {
		const selfie = await engine.store(imageOf('selfie', imageBytes), selfieName(0));
		const photo = await engine.store(imageOf('photo', imageBytes), 'id.jpg');
		return async (round, url) => {
			credential.baseUrl = url;
			// One pair of files on disk stands for all: what counts is that each item reads its own.
			const items = Array.from({ length: round.items }, (_, id) => ({
				json: { id },
				binary: { selfie: { ...selfie, fileName: selfieName(id) }, photo: { ...photo } },
			}));
			const run = await engine.run(workflowOf(job, round, url), { items, credential, nodeTypes });
			const verified = outputsOf(run, LAST_STEP)
				.flat()
				.filter(({ json }) => json.error === undefined)
				.map(({ pairedItem }) => itemOf(pairedItem));
			return new Set(verified).size;
		};
	};
}

/** An item leaves Biometric Verify by several outputs, and is one result all the same. */
function itemOf(pairedItem: INodeExecutionData['pairedItem']): number | undefined {
	const paired = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	return typeof paired === 'object' ? paired.item : paired;
}
