import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as Tensorflow from '@tensorflow/tfjs-core';
import type * as HumanLibrary from '@vladmandic/human';
import type { Face, Pixels } from './faceEngine.mts';

interface ModelFile {
	weightsManifest: { paths: string[]; weights: Tensorflow.io.WeightsManifestEntry[] }[];
}

const modelsNeeded = ['blazeface', 'facemesh', 'faceres', 'liveness'];

const require = createRequire(import.meta.url);
// The exports map of @vladmandic/human hides the build that is needed: it is reached by file path.
const packages = join(import.meta.dirname, '..', 'node_modules');

const config: Partial<HumanLibrary.Config> = {
	backend: 'wasm',
	wasmPath: join(packages, '@tensorflow', 'tfjs-backend-wasm', 'dist') + sep,
	modelBasePath: pathToFileURL(join(packages, '@vladmandic', 'human', 'models') + sep).href,
	debug: false,
	// Everything that remembers an earlier image is off: the same images give the same numbers.
	async: false,
	cacheModels: false,
	cacheSensitivity: 0,
	skipAllowed: false,
	warmup: 'none',
	filter: { enabled: false },
	face: {
		enabled: true,
		detector: { rotation: true, maxDetected: 20, minConfidence: 0.3 },
		mesh: { enabled: true },
		description: { enabled: true },
		liveness: { enabled: true },
		iris: { enabled: false },
		emotion: { enabled: false },
	},
	body: { enabled: false },
	hand: { enabled: false },
	object: { enabled: false },
	gesture: { enabled: false },
	segmentation: { enabled: false },
};

/** Node's fetch does not read file:// addresses, so the models are read here. */
async function readModel(file: string): Promise<Tensorflow.io.ModelArtifacts> {
	const model = JSON.parse(await readFile(file, 'utf8')) as ModelFile;
	const paths = model.weightsManifest.flatMap((group) => group.paths);
	const weights = await Promise.all(paths.map((path) => readFile(join(dirname(file), path))));
	return {
		...model,
		weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
		weightData: new Uint8Array(Buffer.concat(weights)).buffer,
	};
}

/** The engine's own box is enlarged and squared; the mesh points lie on the face. */
function tightBox(mesh: HumanLibrary.FaceResult['mesh'], { width, height }: Pixels): Face['box'] {
	const clip = (value: number) => Math.min(1, Math.max(0, value));
	const xs = mesh.map(([x]) => clip(x / width));
	const ys = mesh.map(([, y]) => clip(y / height));
	const left = Math.min(...xs);
	const top = Math.min(...ys);
	return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

/**
 * Loads the models from the package's own files and returns a function that finds the faces of one
 * image, the largest first. That function must not be called again before its promise is
 * settled: side by side the library mixes up the images without an error.
 * @throws Error when a model does not load, or a detection fails
 */
export async function loadHuman(): Promise<(image: Pixels) => Promise<Face[]>> {
	const library = join(packages, '@vladmandic', 'human', 'dist', 'human.node-wasm.js');
	const { Human } = require(library) as typeof HumanLibrary;
	const human = new Human(config);
	const tf = human.tf as typeof Tensorflow;
	tf.io.registerLoadRouter((url) => ({ load: () => readModel(fileURLToPath(String(url))) }));
	await human.load();

	// A model that fails to load is only logged by the library.
	const loaded = human.models.loaded();
	const missing = modelsNeeded.filter((model) => !loaded.includes(model));
	if (missing.length > 0) throw new Error(`these models did not load: ${missing.join(', ')}`);

	return async (image) => {
		const tensor = tf.tensor3d(image.data, [image.side, image.side, 3], 'int32');
		try {
			const { error, face } = await human.detect(tensor);
			if (error) throw new Error(`the face engine failed: ${error}`);
			const faces = face.map(({ mesh, score, live = 0, embedding = [] }) => ({
				box: tightBox(mesh, image),
				confidence: score,
				live,
				embedding: Float32Array.from(embedding),
			}));
			const area = ({ box }: Face) => box.width * box.height;
			return faces.sort((a, b) => area(b) - area(a));
		} finally {
			tf.dispose(tensor);
		}
	};
}
