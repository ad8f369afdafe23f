import { loadImages } from '../input/images';
import type { KairosClient } from '../kairos/client';
import { SkippedError } from '../kairos/client';
import type { Job } from './jobs';
import { filesKey } from './jobs';
import { failed, type Outcome } from './outcome';
import { getOrVerify } from './retryOnFail';
import type { Run } from './run';

/** Takes one job from its files to what Kairos says about them. It never throws. */
export async function verifyJob(run: Run, kairos: KairosClient, job: Job): Promise<Outcome> {
	const { pair, settings, files } = job;
	try {
		const { response, attempts } = await getOrVerify(
			run,
			job,
			async (log) =>
				await kairos.verify({
					loadImages: async () => await loadImages(run.context, pair.itemIndex, files, settings),
					matchAllFaces: settings.matchAllFaces,
					log,
				}),
		);
		run.memory.noteVerified(filesKey(job), pair.selfieItem);
		const { raw, ...read } = response;
		return {
			pair,
			status: 'verified',
			job,
			attempts,
			response: { ...read, ...(settings.includeRawResponse && { raw }) },
		};
	} catch (error) {
		if (error instanceof SkippedError) return { pair, status: 'skipped', reason: error.reason };
		return failed(pair, error);
	}
}
