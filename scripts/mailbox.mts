import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Credential } from './n8n/rest.mts';

export interface Mail {
	to: string;
	/** As the header has it: encoded where it is not ASCII. */
	subject: string;
	text: string;
}

export interface Mailbox {
	/** n8n's credential for a mail server, by which its mail comes here. */
	credential: Credential;
	/** In the order in which they came. */
	mails: Mail[];
	stop(): Promise<void>;
}

/**
 * Starts a mail server on 127.0.0.1 that keeps what it gets and sends nothing on. It speaks as much
 * SMTP as n8n's Send Email node needs.
 *
 * @param name of the credential
 */
export async function startMailbox(
	name: string,
	onMail: (mail: Mail) => void = () => undefined,
): Promise<Mailbox> {
	const mails: Mail[] = [];
	const server = createServer((socket) => {
		void receive(socket, (mail) => {
			mails.push(mail);
			onMail(mail);
		});
	});
	server.listen(0, '127.0.0.1').unref();
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const data = { host: '127.0.0.1', port, user: '', password: '', secure: false };
	return {
		credential: { name, type: 'smtp', data },
		mails,
		stop: async () => {
			server.close();
			await once(server, 'close');
		},
	};
}

async function receive(socket: Socket, keep: (mail: Mail) => void): Promise<void> {
	const say = (line: string) => socket.write(`${line}\r\n`);
	let message: string[] | undefined;
	let to = '';
	// A client that breaks off has sent no mail.
	socket.on('error', () => socket.destroy());
	say('220 mailbox');
	for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
		if (message !== undefined) {
			if (line === '.') {
				keep({ to, ...read(message) });
				message = undefined;
				say('250 kept');
			} else message.push(line.replace(/^\./, ''));
			continue;
		}
		const command = line.slice(0, 4).toUpperCase();
		if (command === 'RCPT') to = /<(.*)>/.exec(line)?.[1] ?? '';
		if (command === 'DATA') message = [];
		say({ DATA: '354 go on', QUIT: '221 bye' }[command] ?? '250 ok');
		if (command === 'QUIT') socket.end();
	}
}

function read(lines: string[]): Omit<Mail, 'to'> {
	const empty = lines.indexOf('');
	const header = lines.slice(0, empty).join('\n').replaceAll(/\n\s+/g, ' ');
	const subject = /^subject: *(.*)$/im.exec(header)?.[1] ?? '';
	const encoding = /^content-transfer-encoding: *(\S+)/im.exec(header)?.[1] ?? '';
	return { subject, text: decode(lines.slice(empty + 1), encoding) };
}

function decode(lines: string[], encoding: string): string {
	if (encoding === 'base64') return Buffer.from(lines.join(''), 'base64').toString('utf8');
	const text = lines.join('\n');
	if (encoding !== 'quoted-printable') return text;
	const bytes = text
		.replaceAll('=\n', '')
		.replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8');
}
