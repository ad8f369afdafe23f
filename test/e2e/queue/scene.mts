import type { Sandbox } from '../../../scripts/sandbox.mts';
import type { Postgres } from './postgres.mts';

/** The database that all processes of n8n share. */
export const DATABASE = 'n8n';

/** All that the tests look at. */
export interface Scene {
	pictures: string;
	sandbox: Sandbox;
	postgres: Postgres;
	/** Holds a folder for each n8n that is started. */
	folder: string;
}
