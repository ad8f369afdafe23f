import { text } from 'node:stream/consumers';
import { verificationRequest } from '../../../nodes/BiometricVerify/kairos/request';

const IMAGES = {
	selfie: { bytes: Buffer.from('the selfie'), fileName: 'me.jpg', mimeType: 'image/jpeg' },
	photo: { bytes: Buffer.from('the photo'), fileName: 'id.png', mimeType: 'image/png' },
};
const SERVICE = {
	url: 'https://idv-eu.kairos.com/v0.1/biometric-verification',
	host: 'idv-eu.kairos.com',
	name: 'kairos.test/v0.1',
	isPrivateHost: false,
};

const write = async (matchAllFaces = false) => {
	const { headers, body } = verificationRequest(SERVICE, IMAGES, matchAllFaces);
	const contentType = headers?.['Content-Type'];
	if (typeof contentType !== 'string') throw new Error('The content type is no text');
	return { contentType, body: await text(body.stream()) };
};
const partNamesOf = (body: string) =>
	[...body.matchAll(/ name="([^"]*)"/g)].map(([, name]) => name);

test('The request is a POST to the address of the service', () => {
	expect(verificationRequest(SERVICE, IMAGES, false)).toMatchObject({
		method: 'POST',
		url: 'https://idv-eu.kairos.com/v0.1/biometric-verification',
		headers: { Accept: 'application/json' },
	});
});

test('The request sends the selfie as selfie and the photo as image', async () => {
	const { body } = await write();
	expect(partNamesOf(body)).toEqual(['selfie', 'image']);
	expect(body).toMatch(
		/name="selfie"; filename="selfie\.jpeg"\r\nContent-Type: image\/jpeg\r\n\r\nthe selfie\r\n/,
	);
	expect(body).toMatch(
		/name="image"; filename="photo\.png"\r\nContent-Type: image\/png\r\n\r\nthe photo\r\n/,
	);
});

test('The request asks for all faces in the photo only when it shall', async () => {
	const { body } = await write(true);
	expect(partNamesOf(body)).toEqual(['selfie', 'image', 'image_multiface']);
	expect(body).toMatch(/name="image_multiface"\r\n\r\ntrue\r\n/);
});

test('The request has a boundary that nobody can guess and put into an image', async () => {
	const written = await Promise.all(Array.from({ length: 20 }, () => write()));
	expect(new Set(written.map(({ contentType }) => contentType)).size).toBe(20);
});

test('The request follows no redirect and leaves the statuses to the node', () => {
	expect(verificationRequest(SERVICE, IMAGES, false)).toMatchObject({
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
		encoding: 'stream',
	});
});
