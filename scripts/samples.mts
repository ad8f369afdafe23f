/** A pair of images, and where an item with them must go. */
export interface Sample {
	/** As in the demo's workflow, whose "Samples" node has the same names and files. */
	name: string;
	/** File name. */
	selfie: string;
	/** File name. */
	photo: string;
	/** The outputs of Biometric Verify by which it must leave, in their order. */
	expected: string[];
}

export const samples: Sample[] = [
	{
		name: 'Same person',
		selfie: 'same-person.selfie.jpg',
		photo: 'astronaut.photo.jpg',
		expected: ['Approved'],
	},
	{
		name: 'Different people',
		selfie: 'different-people.selfie.jpg',
		photo: 'woman.photo.jpg',
		expected: ['Rejected', 'Match Failed'],
	},
	{
		name: 'Uncertain match',
		selfie: 'uncertain-match.selfie.jpg',
		photo: 'woman.photo.jpg',
		expected: ['Review', 'Match Failed'],
	},
	{
		name: 'Failed liveness',
		selfie: 'failed-liveness.selfie.jpg',
		photo: 'man.photo.jpg',
		expected: ['Rejected', 'Liveness Failed'],
	},
	{
		name: 'No face in the selfie',
		selfie: 'no-face.selfie.jpg',
		photo: 'woman.photo.jpg',
		expected: ['Review', 'Match Failed', 'Liveness Failed', 'Faces Failed'],
	},
	{
		name: 'Two people in the selfie',
		selfie: 'two-people.selfie.jpg',
		photo: 'astronaut.photo.jpg',
		expected: ['Review', 'Faces Failed'],
	},
	{
		name: 'Kairos is down',
		selfie: 'kairos-is-down.selfie.jpg',
		photo: 'man.photo.jpg',
		expected: ['Error'],
	},
];
