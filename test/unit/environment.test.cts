import { connect } from 'node:net';

test.each(['169.254.169.254', '::ffff:169.254.169.254', '192.168.0.1', 'fe80::1', '64:ff9b::1'])(
	'the tests cannot connect to anything but this machine: %s',
	async (host) => {
		const failure = new Promise((resolve) => connect(80, host).once('error', resolve));
		expect(await failure).toMatchObject({ code: 'ERR_IP_BLOCKED' });
	},
);
