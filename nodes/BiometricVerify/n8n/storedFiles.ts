/** Whether a file can be read in pieces without fetching it as a whole each time. */
export function isOnDisk(id: string): boolean {
	// n8n quirk (all releases): only the id tells where a file is kept; goes when n8n says so.
	return id.startsWith('filesystem');
}

/** Whether reading a file failed because n8n no longer has it. */
export function isFileMissing(error: unknown): boolean {
	// n8n quirk (all releases): each of its stores says it in its own words; goes when one error does.
	return error instanceof Error && /not found|ENOENT|NoSuchKey/i.test(error.message);
}
