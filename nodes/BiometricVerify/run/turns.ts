/** Each item may take some milliseconds: reading it, an expression, starting its request. */
const ITEMS_IN_A_TURN = 20;

/** Whether other executions should get their turn, after so many items. */
export function isTurnOver(items: number): boolean {
	return items % ITEMS_IN_A_TURN === 0;
}
