import type { INodeExecutionData } from 'n8n-workflow';
import type { Pair } from '../../nodes/BiometricVerify/input/pairs';

/** A pair as the node makes it of one item, or of one item of each input. */
export function pairOf(
	selfieItem: INodeExecutionData,
	photoItem = selfieItem,
	facts: Partial<Pair> = {},
): Pair {
	return { selfieItem, photoItem, itemIndex: 0, pairedItem: { item: 0 }, ...facts };
}
