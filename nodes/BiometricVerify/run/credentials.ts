import type { IExecuteFunctions } from 'n8n-workflow';

import type { Access } from '../kairos/endpoint';
import { invalidCredential, readAccess } from '../kairos/endpoint';
import { CREDENTIAL_TYPE } from '../kairos/send';

/**
 * The credential of each item of a run. It can hold expressions, so it is read for each of them, in
 * their order. All are sent with the keys of the first item that has usable ones, or not at all.
 */
export class Credentials {
	private readonly context: IExecuteFunctions;

	private first?: Access;

	constructor(context: IExecuteFunctions) {
		this.context = context;
	}

	/** Who is asked, or would be: host, port where it is not the default, and API version. */
	get service(): string | null {
		return this.first?.service.name ?? null;
	}

	/**
	 * @throws {KairosError} when the item has no credential, one that cannot be used, or another one
	 *   than the items before it.
	 */
	async of(itemIndex: number): Promise<Access> {
		const access = readAccess(await this.read(itemIndex));
		this.first ??= access;
		const { service, appId, appKey } = this.first;
		if (access.service.url !== service.url || access.appId !== appId || access.appKey !== appKey) {
			throw invalidCredential(
				'The Kairos credential has other keys or another address for this item than for the first one',
				'To verify each item with its own keys, put this node into a Loop Over Items with a batch size of 1.',
			);
		}
		return this.first;
	}

	private async read(itemIndex: number) {
		// n8n quirk (all releases): its request helper reads the credential of the first item, whatever the
		// item, and each reading goes to the database; goes when it takes an item's index.
		try {
			return await this.context.getCredentials(CREDENTIAL_TYPE, itemIndex);
		} catch (error) {
			throw invalidCredential(
				error instanceof Error ? error.message : 'The Kairos credential could not be read',
				'Select a Kairos API credential in this node. If its fields are expressions, check what they return for this item.',
			);
		}
	}
}
