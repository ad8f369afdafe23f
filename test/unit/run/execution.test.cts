import { remember } from '../../../nodes/BiometricVerify/run/execution';
import { contextWith } from '../../support/context.cts';

const contextOf = (cancelSignal?: AbortSignal, name = 'Verify') =>
	contextWith({ cancelSignal, node: { name } });

test('All runs of a node in an execution share what is known', () => {
	const { signal } = new AbortController();
	const memory = remember(contextOf(signal));
	expect(remember(contextOf(signal))).toBe(memory);
	expect(remember(contextOf(signal, 'Another node'))).not.toBe(memory);
	expect(remember(contextOf(new AbortController().signal))).not.toBe(memory);
});

test('Without a signal of the execution, each run knows for itself', () => {
	expect(remember(contextOf())).not.toBe(remember(contextOf()));
});

test('An account is known by its address and its keys', () => {
	const memory = remember(contextOf());
	const account = memory.accountOf('https://kairos.internal', 'app', 'key');
	expect(memory.accountOf('https://kairos.internal', 'app', 'key')).toBe(account);
	expect(memory.accountOf('https://kairos.internal', 'app', 'another')).not.toBe(account);
	expect(memory.accountOf('https://kairos.internal', 'appkey')).not.toBe(account);
});
