import type { BrowserContext } from '@playwright/test';
import type { Mailbox } from '../../scripts/mailbox.mts';
import type { N8nClient } from '../../scripts/n8n/rest.mts';

/** A fresh n8n with the package installed as users have it. */
export interface N8n {
	/** `http://127.0.0.1:5678` */
	url: string;
	/** Logged in as the owner. */
	client: N8nClient;
	/** The folder that workflows may read and write; it holds the sample images. */
	files: string;
	/** The id of the credential that the examples name. */
	credentialId: string;
	/** Gets all mail that it sends. */
	mailbox: Mailbox;
	/** What a browser holds in which the owner is logged in. */
	ownerCookies: Parameters<BrowserContext['addCookies']>[0];
}
