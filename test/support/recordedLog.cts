import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import { LoggerProxy } from 'n8n-workflow';

/** Everything that n8n logs at any level, as it is given to the logger. */
export const log: unknown[] = [];

const levels = ['error', 'warn', 'info', 'debug', 'verbose'] as const;

/**
 * Takes the place of n8n's logger, so that nothing is printed and all is kept. To be called
 * before anything asks for the logger.
 */
export function recordLog(): void {
	const record = (...said: unknown[]) => void log.push(said);
	const recorder = {
		...Object.fromEntries(levels.map((level) => [level, record])),
		scoped: () => recorder,
	} as unknown as Logger;
	Container.set(Logger, recorder);
	LoggerProxy.init(recorder);
}
