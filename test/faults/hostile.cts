import {
	bodyWith,
	type Changes,
	DECISION,
	detail,
	DETAILS,
	documentedBody,
	face,
	LIVENESS,
	MATCH,
	MISSING,
	PHOTO_FACES,
	PHOTO_SIZE,
	REJECT_SCORE,
	REQUEST_ID,
	RESPONSE_CODE,
	REVIEW_SCORE,
	SELFIE_FACES,
	SELFIE_SIZE,
	WARNING_SCORE,
} from '../support/answers.cts';
import type { TestItem } from '../support/engine.cts';
import { answering } from '../support/hostileServer.cts';
import { answered, approving, type Failing, type Fault, type Judged, served } from './fault.cts';

const size = { width: 500, height: 600 };
const noArea = { confidence: 0, top_left: { x: 10, y: 20 }, delta: { x: 0, y: 0 } };

const review = (...checks: string[]): Judged => ({
	decision: 'review',
	outputs: ['Review', ...checks],
});

const documentedRejection: Judged = {
	decision: 'reject',
	outputs: ['Rejected', 'Match Failed', 'Liveness Failed'],
};

/** Complete, well-formed, and absurd: what says that a person passes and cannot be so. */
const absurdResponses: Array<[name: string, body: Changes | string, becomes: Judged]> = [
	[
		'a liveness of 0.0026 and nothing against it',
		{ [LIVENESS]: 0.0026 },
		review('Liveness Failed'),
	],
	['a face match of 0.05 and nothing against it', { [MATCH]: 0.05 }, review('Match Failed')],
	[
		'two scores of 0 and nothing against them',
		{ [MATCH]: 0, [LIVENESS]: 0 },
		review('Match Failed', 'Liveness Failed'),
	],
	['a face without an area', { [SELFIE_FACES]: [noArea] }, review('Faces Failed')],
	[
		'a face outside of its image',
		{ [PHOTO_FACES]: [face(500)], [PHOTO_SIZE]: size },
		review('Faces Failed'),
	],
	['an image without a size', { [SELFIE_SIZE]: { width: 0, height: 0 } }, review('Faces Failed')],
	['two faces in the selfie', { [SELFIE_FACES]: [0, 40].map(face) }, review('Faces Failed')],
	[
		'four faces in the photo',
		{ [PHOTO_FACES]: [0, 40, 80, 120].map(face) },
		review('Faces Failed'),
	],
	[
		'the same seen in both images',
		{
			[SELFIE_FACES]: [face()],
			[PHOTO_FACES]: [face()],
			[SELFIE_SIZE]: size,
			[PHOTO_SIZE]: size,
		},
		review('Other Failed'),
	],
	[
		'a warning and nothing graver',
		{ [DETAILS]: [detail('SOMETHING', 'warning')], [WARNING_SCORE]: 1 },
		review('Other Failed'),
	],
	[
		'a decision that nobody knows',
		{ [DETAILS]: [detail('SOMETHING', 'approve')] },
		review('Other Failed'),
	],
	[
		'a reject score without a reason',
		{ [REJECT_SCORE]: 1 },
		{ decision: 'reject', outputs: ['Rejected', 'Other Failed'] },
	],
	['a review score without a reason', { [REVIEW_SCORE]: 1 }, review('Other Failed')],
	['the response code 0', { [RESPONSE_CODE]: 0 }, review('Other Failed')],
	['the response code "1"', { [RESPONSE_CODE]: '1' }, review('Other Failed')],
	['no response code', { [RESPONSE_CODE]: MISSING }, review('Other Failed')],
	['errors beside the decision', { Errors: [{ ErrCode: 5002 }] }, review('Other Failed')],
	['an error among its data', { 'response_data.error': 'KEY' }, review('Other Failed')],
	['the request ID of another item', { [REQUEST_ID]: 'the same' }, review('Other Failed')],
	[
		'a decision that it inherits',
		bodyWith({ [DECISION]: MISSING }).replace(
			'"response_data":{',
			`"response_data":{"__proto__":${JSON.stringify((JSON.parse(approving) as { response_data: unknown }).response_data)},`,
		),
		review('Other Failed'),
	],
	[
		'a description of 900,000 digits',
		{ [DETAILS]: [detail('FAILED_FACE_MATCH', 'review', '1'.repeat(9e5))], [REVIEW_SCORE]: 1 },
		review('Match Failed'),
	],
	[
		'markup as its description',
		{
			[DETAILS]: [detail('<b>KEY</b>', 'review', '<script>alert("KEY")</script>')],
			[REVIEW_SCORE]: 1,
		},
		review('Other Failed'),
	],
];

const responseFaults: Fault[] = absurdResponses.map(([name, body, becomes]) => ({
	name: `200 with ${name}`,
	start: answered({ body: typeof body === 'string' ? body : bodyWith(body) }),
	requests: 1,
	becomes,
}));

function input(message: string, description: string): Failing {
	return { message, description, cause: 'configuration-invalid' };
}

const NO_FILE = input(
	'The item has no file in the field "selfie"',
	'It has: "photo". Change Selfie Input Field, or add a node before this one that provides the file.',
);
const FOREIGN = input(
	'Selfie Input Field does not point to a file from this execution',
	"Use the name of a field, or an expression that returns a file from an earlier node, e.g. {{ $('Get Image').item.binary.selfie }}. The node never takes a file from an item's JSON, because a request could point to someone else's file.",
);
const SAME_FILE = input(
	'Selfie Input Field and Photo Input Field point to the same file',
	'An image always matches itself, so nothing was sent. Set the two parameters to two different files.',
);

const foreignFile = {
	id: 'filesystem-v2:workflows/another/executions/another/binary_data/another',
	mimeType: 'image/png',
	fileName: 'victim.png',
	data: 'filesystem-v2',
};

interface FileRow extends Pick<Fault, 'item' | 'parameters' | 'selfieBytes'> {
	becomes: Failing | Judged;
	/** 0 when it is not said. */
	requests?: number;
}

/** Files and items that somebody handed in; a server that would approve everybody is there. */
const fileRows: Record<string, FileRow> = {
	'no selfie': { item: ({ photo }) => ({ files: { photo: { bytes: photo } } }), becomes: NO_FILE },
	'an empty selfie': {
		item: ({ photo }) => ({
			files: { selfie: { bytes: Buffer.alloc(0), fileName: 'me.png' }, photo: { bytes: photo } },
		}),
		becomes: input(
			'The selfie file is empty',
			'Check the node that provides the file: the download may have failed.',
		),
	},
	'a selfie that is HTML': {
		item: ({ photo }) => ({
			files: {
				selfie: { bytes: Buffer.from('<script>'), fileName: 'me.png', mimeType: 'image/png' },
				photo: { bytes: photo },
			},
		}),
		becomes: input(
			'The selfie is not an image',
			'The file is labeled image/png, but does not contain an image that this node recognizes. Use a JPEG or PNG image.',
		),
	},
	'a selfie of 21 MB': {
		selfieBytes: 21e6,
		becomes: input(
			'The selfie is too large: 21.0 MB',
			'Max Image Size in Options is 20 MB. Resize the image before this node, for example with the Edit Image node, or raise the limit.',
		),
	},
	'a selfie whose ID is no text': {
		item: ({ photo }) => ({
			files: { photo: { bytes: photo } },
			binary: JSON.parse('{"selfie":{"id":7,"mimeType":"image/png","data":""}}') as never,
		}),
		becomes: NO_FILE,
	},
	'one field for both images': { parameters: { photoField: 'selfie' }, becomes: SAME_FILE },
	'one file for both images, by an expression': {
		parameters: { photoField: '={{ $binary.selfie }}' },
		becomes: SAME_FILE,
	},
	'two files of the same bytes': {
		item: ({ selfie }) => ({ files: { selfie: { bytes: selfie }, photo: { bytes: selfie } } }),
		requests: 1,
		becomes: review('Other Failed'),
	},
	"JSON that names another execution's file": {
		item: (images) => ({ ...named(images, 'me.png'), json: { body: { selfie: foreignFile } } }),
		parameters: { selfieField: '={{ $json.body.selfie }}' },
		becomes: FOREIGN,
	},
	'JSON that holds an image': {
		item: (images) => ({
			...named(images, 'me.png'),
			json: { selfie: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
		}),
		parameters: { selfieField: "={{ $('Items').item.json.selfie }}" },
		becomes: FOREIGN,
	},
	'_files in JSON, where n8n keeps none there': {
		item: ({ photo }) => ({
			json: { _files: { selfie: foreignFile } },
			files: { photo: { bytes: photo } },
		}),
		parameters: { selfieField: '_files.selfie' },
		becomes: { ...NO_FILE, message: 'The item has no file in the field "_files.selfie"' },
	},
};

const fileFaults: Fault[] = Object.entries(fileRows).map(([name, { requests = 0, ...row }]) => ({
	name,
	start: answered({ body: approving }),
	requests,
	...row,
}));

function named({ selfie, photo }: { selfie: Buffer; photo: Buffer }, fileName: string): TestItem {
	return { files: { selfie: { bytes: selfie, fileName }, photo: { bytes: photo, fileName } } };
}

/** A firewall refuses what looks like markup or is too long; one refusal would end the run. */
const behindFirewall = served(async (visit) => {
	const body = (await visit.body).toString('latin1');
	const isSuspect = body.includes('<script') || body.length > 10_000;
	await answering(isSuspect ? { status: 403 } : { body: documentedBody })(visit);
});

const nameFaults: Fault[] = [
	['markup as its file name', '<script>alert(1)</script>.png'],
	['a file name of 200 kB', `${'x'.repeat(2e5)}.png`],
	['a file name with line breaks and quotes', 'me"\r\n\r\n<script>\\'],
].map(([name, fileName = '']) => ({
	name: `${name}, before a firewall`,
	start: behindFirewall,
	item: (images) => named(images, fileName),
	requests: 1,
	becomes: documentedRejection,
}));

const refused = input(
	'Kairos rejected the request (HTTP 422)',
	'Check that both files are JPEG or PNG images with 480 to 5,000 pixels per side.',
);

const itemFaults: Fault[] = [
	{
		name: 'an item that says it is approved, and is refused',
		start: answered({ status: 422 }),
		item: (images) => ({
			...named(images, 'me.png'),
			json: { verification: { decision: 'approve' } },
		}),
		requests: 1,
		becomes: refused,
	},
	{
		name: 'an item that says it is approved, and is rejected',
		start: answered({ body: documentedBody }),
		item: (images) => ({
			...named(images, 'me.png'),
			json: { verification: { decision: 'approve' } },
		}),
		requests: 1,
		becomes: documentedRejection,
	},
	{
		name: 'an item that inherits an approval',
		start: answered({ body: documentedBody }),
		item: (images) => ({
			...named(images, 'me.png'),
			json: JSON.parse('{"__proto__":{"verification":{"decision":"approve"}}}') as never,
		}),
		requests: 1,
		becomes: documentedRejection,
	},
	{
		name: 'a public address in the clear',
		start: () => Promise.resolve({ url: 'http://kairos.invalid', servers: [] }),
		requests: 0,
		halts: true,
		becomes: input(
			'Base URL in the Kairos credential does not start with https://',
			'Enter an address that starts with https://. With http://, anyone between n8n and the server could read your keys and see the images. The node accepts http:// only for your own network, e.g. http://localhost.',
		),
	},
];

/** What a hostile applicant, file, item or response tries to get through, one row each. */
export const hostileFaults: readonly Fault[] = [
	...responseFaults,
	...fileFaults,
	...nameFaults,
	...itemFaults,
];
