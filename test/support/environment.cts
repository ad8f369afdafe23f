import { mkdtempSync, rmSync } from 'node:fs';
import { BlockList, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// n8n-core reads these when it is loaded, so they are set before any test file is.
const userFolder = mkdtempSync(join(tmpdir(), 'kairos-engine-'));
process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_ENCRYPTION_KEY = 'the key of an engine that keeps nothing';
process.env.N8N_DEFAULT_BINARY_DATA_MODE = 'filesystem';
process.env.N8N_LOG_LEVEL = 'error';
process.env.N8N_RESTRICT_FILE_ACCESS_TO = tmpdir();

const remove = () => rmSync(userFolder, { recursive: true, force: true });
if (typeof afterAll === 'function') afterAll(remove);
else process.once('exit', remove);

// Addresses of clouds' metadata services are among the tests' data, and n8n's HTTP client does not
// take all of them through a proxy: whatever is not this machine must be out of reach.
const elsewhere = new BlockList();
elsewhere.addRange('0.0.0.0', '126.255.255.255');
elsewhere.addRange('128.0.0.0', '255.255.255.255');
elsewhere.addRange('::2', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ipv6');
type Connect = Socket['connect'];
const connect = Reflect.get(Socket.prototype, 'connect') as (
	this: Socket,
	...target: unknown[]
) => Socket;
Socket.prototype.connect = function (this: Socket, ...target: unknown[]) {
	return connect.apply(Object.assign(this, { blockList: elsewhere }), target);
} as Connect;
