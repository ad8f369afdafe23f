/**
 * Loaded into a process before its own code (`node --import`): when the process that started it
 * is gone, however it ended, this one ends too, in good order if that is quick.
 */
const GRACE_MS = 8_000;

process.once('disconnect', () => {
	// With nobody left to read, each line written is an error, and n8n would write about it.
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
	setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
	process.kill(process.pid, 'SIGTERM');
});
// Being connected must not keep a process up that is done.
process.channel?.unref();
