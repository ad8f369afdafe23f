import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Container } from '@n8n/di';
import {
	BinaryDataBlobManager,
	BinaryDataConfig,
	BinaryDataService,
	ErrorReporter,
} from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';

/** Where n8n keeps files: on disk, in its database, or in the items themselves. */
export const binaryModes = ['filesystem', 'database', 'default'] as const;
export type BinaryMode = (typeof binaryModes)[number];

/** Sets where n8n keeps files from now on. */
export async function useBinaryMode(mode: BinaryMode): Promise<void> {
	const service = Container.get(BinaryDataService);
	Container.get(BinaryDataConfig).mode = mode;
	await service.init();
	if (mode !== 'database') return;
	// The tables of n8n's database are not part of its engine.
	const manager = new BinaryDataBlobManager(new TableInMemory(), Container.get(ErrorReporter));
	service.setManager('database', manager);
}

/** Stores a file as n8n does for an execution, which may be one of another workflow. */
export async function storeFile(
	location: { workflowId: string; executionId: string },
	bytes: Buffer,
	file: IBinaryData,
): Promise<IBinaryData> {
	const service = Container.get(BinaryDataService);
	return await service.store({ type: 'execution', ...location }, bytes, file);
}

type ByteStore = ConstructorParameters<typeof BinaryDataBlobManager>[0];

class TableInMemory implements ByteStore {
	private readonly rows = new Map<string, Buffer>();

	async write(key: string, body: Buffer | Readable): Promise<number> {
		const bytes = Buffer.isBuffer(body) ? body : await buffer(body);
		this.rows.set(key, bytes);
		return bytes.length;
	}

	read(key: string): Promise<Buffer | null> {
		return Promise.resolve(this.rows.get(key) ?? null);
	}

	async readStream(key: string): Promise<Readable | null> {
		const bytes = await this.read(key);
		return bytes && Readable.from([bytes]);
	}

	copy(sourceKey: string, targetKey: string): Promise<void> {
		const bytes = this.rows.get(sourceKey);
		if (bytes) this.rows.set(targetKey, bytes);
		return Promise.resolve();
	}

	async rename(oldKey: string, newKey: string): Promise<void> {
		await this.copy(oldKey, newKey);
		this.rows.delete(oldKey);
	}

	delete(keys: string[]): Promise<void> {
		keys.forEach((key) => this.rows.delete(key));
		return Promise.resolve();
	}
}
