import { judge } from '../../nodes/BiometricVerify/verdict/verdict';
import { defaultRules, noRepeats, responseWith } from '../support/answers.cts';
import { derive, sampleImage } from '../support/sampleImages.cts';
import { type Sandbox, startSandbox } from '../support/sandbox.cts';
import { verify } from './client.cts';

jest.setTimeout(30_000);

let sandbox: Sandbox;
let me: Buffer;
let meAgain: Buffer;

beforeAll(async () => {
	sandbox = await startSandbox(['--workers', '1']);
	me = await sampleImage('portrait-man.jpg');
	meAgain = await derive(me, 'cropped');
});
afterAll(() => sandbox.stop());

async function verdictOn(selfie: Buffer, selfieName: string, photo: Buffer, photoName: string) {
	const { body } = await verify<object>(sandbox.url, {
		selfie: { bytes: selfie, name: selfieName },
		image: { bytes: photo, name: photoName },
	});
	return judge(responseWith(JSON.stringify(body)), noRepeats, defaultRules);
}

describe('the node finds nothing to say against a response for', () => {
	test('two images of one person', async () => {
		const { decision, findings } = await verdictOn(meAgain, 'selfie.jpeg', me, 'photo.jpeg');
		expect({ decision, findings }).toEqual({ decision: 'approve', findings: [] });
	});

	test('images of one size whose scores and faces are steered', async () => {
		const steered = 'selfie.match-0.9.liveness-0.9.faces-1.jpeg';
		const { decision, findings } = await verdictOn(me, steered, me, 'photo.faces-1.jpeg');
		expect({ decision, findings }).toEqual({ decision: 'approve', findings: [] });
	});
});

test.each([
	['selfie.match-0.9.liveness-0.9.faces-2.jpeg', 'photo.jpeg', 'MULTIPLE_FACES_IN_SELFIE'],
	['selfie.match-0.9.liveness-0.9.jpeg', 'photo.faces-2.jpeg', 'MULTIPLE_FACES_IN_PHOTO'],
	['selfie.match-0.9.liveness-0.9.faces-0.jpeg', 'photo.jpeg', 'NO_FACE_IN_SELFIE'],
	['selfie.match-0.9.liveness-0.9.jpeg', 'photo.faces-0.jpeg', 'NO_FACE_IN_PHOTO'],
])('the node sends %s and %s to review for one reason', async (selfieName, photoName, code) => {
	const { decision, findings } = await verdictOn(meAgain, selfieName, me, photoName);
	expect(decision).toBe('review');
	expect(findings.map((finding) => finding.code)).toEqual([code]);
});
