/** Whether n8n can read the file in chunks without fetching the whole file each time. */
export function isOnDisk(id: string): boolean {
	// n8n quirk (all releases): only the id tells where a file is kept; goes when n8n says so.
	return id.startsWith('filesystem');
}

/** Whether reading a file failed because n8n no longer has it. */
export function isFileMissing(error: unknown): boolean {
	// n8n quirk (all releases): each of its stores has its own message; goes when there is one
	// error.
	return error instanceof Error && /not found|ENOENT|NoSuchKey/i.test(error.message);
}
