import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Credential } from './n8n/rest.mts';

export interface Mail {
	to: string;
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
 * Starts a mail server on 127.0.0.1 that keeps what it gets and sends nothing on.
 *
 * @param name of the credential
 */
export async function startMailbox(
	name: string,
	onMail: (mail: Mail) => void = () => undefined,
): Promise<Mailbox> {
	const mails: Mail[] = [];
	const server = new SMTPServer({
		disabledCommands: ['AUTH', 'STARTTLS'],
		onData(stream, { envelope }, done) {
			const read = async () => {
				const { subject = '', text = '' } = await PostalMime.parse(await buffer(stream));
				const mail = { to: envelope.rcptTo.map(({ address }) => address).join(), subject, text };
				mails.push(mail);
				onMail(mail);
			};
			read().then(() => done(), done);
		},
	});
	// A client that breaks off has sent no mail.
	server.on('error', () => undefined);
	const listener = server.listen(0, '127.0.0.1').unref();
	await once(listener, 'listening');
	const { port } = listener.address() as AddressInfo;
	const data = { host: '127.0.0.1', port, user: '', password: '', secure: false };
	return {
		credential: { name, type: 'smtp', data },
		mails,
		stop: () => new Promise((resolve) => server.close(resolve)),
	};
}
