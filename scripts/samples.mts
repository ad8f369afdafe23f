/** A pair of images, and where an item with them must go. */
export interface Sample {
	/** As in the demo's workflow, whose "Samples" node has the same names and files. */
	name: string;
	/** File name. The words in it such as `liveness-0.98` steer the sandbox. */
	selfie: string;
	/** File name. */
	photo: string;
	/** The outputs of Biometric Verify by which it must leave, in their order. */
	expected: string[];
}

export const samples: Sample[] = [
	{
		name: 'Same person',
		selfie: 'same-person.selfie.liveness-0.98.jpg',
		photo: 'astronaut.photo.jpg',
		expected: ['Approved'],
	},
	{
		name: 'Different people',
		selfie: 'different-people.selfie.liveness-0.98.jpg',
		photo: 'woman.photo.jpg',
		expected: ['Rejected', 'No Match'],
	},
	{
		name: 'Uncertain match',
		selfie: 'uncertain-match.selfie.liveness-0.98.jpg',
		photo: 'woman.photo.jpg',
		expected: ['Review', 'No Match'],
	},
	{
		name: 'Failed liveness',
		selfie: 'failed-liveness.selfie.liveness-0.0026.jpg',
		photo: 'man.photo.jpg',
		expected: ['Rejected', 'Not Live'],
	},
	{
		name: 'No face in the selfie',
		selfie: 'no-face.selfie.jpg',
		photo: 'woman.photo.jpg',
		expected: ['Review', 'Face Issue'],
	},
	{
		name: 'Two people in the selfie',
		selfie: 'two-people.selfie.liveness-0.98.jpg',
		photo: 'astronaut.photo.jpg',
		expected: ['Review', 'Face Issue'],
	},
	{
		name: 'Kairos is down',
		selfie: 'kairos-is-down.selfie.status-503.jpg',
		photo: 'man.photo.jpg',
		expected: ['Error'],
	},
];
