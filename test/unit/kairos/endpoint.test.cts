import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { readAccess } from '../../../nodes/BiometricVerify/kairos/endpoint';

const KAIROS = 'https://idv-eu.kairos.com';
const VALID = { baseUrl: KAIROS, apiVersion: 'v0.1', appId: 'id', appSecretKey: 'key' };

const access = (changes: Record<string, unknown> = {}) =>
	readAccess({ ...VALID, ...changes } as ICredentialDataDecryptedObject);

function refusalOf(changes: Record<string, unknown>): KairosError {
	try {
		access(changes);
	} catch (error) {
		if (error instanceof KairosError) return error;
		throw error;
	}
	throw new Error('The credential was accepted');
}

test.each<[baseUrl: string, expected: string, host: string]>([
	[KAIROS, KAIROS, 'idv-eu.kairos.com'],
	[` ${KAIROS}/// \n`, KAIROS, 'idv-eu.kairos.com'],
	['HTTPS://IDV-EU.KAIROS.COM', KAIROS, 'idv-eu.kairos.com'],
	['http://127.0.0.1:8080', 'http://127.0.0.1:8080', '127.0.0.1:8080'],
	['http://[::1]:8080', 'http://[::1]:8080', '[::1]:8080'],
	['https://proxy.example/kairos/eu/', 'https://proxy.example/kairos/eu', 'proxy.example'],
])('The Base URL %j is read as %s', (baseUrl, expected, host) => {
	expect(access({ baseUrl, apiVersion: ' v0.1 ' }).service).toMatchObject({
		url: `${expected}/v0.1/biometric-verification`,
		name: `${host}/v0.1`,
	});
});

test.each([
	...['', undefined, 8080, 'idv-eu.kairos.com', `x${KAIROS}`, 'ftp://idv-eu.kairos.com'],
	...['https://', 'https:idv-eu.kairos.com', 'https:///idv-eu.kairos.com', '//idv-eu.kairos.com'],
	...['https://idv eu.kairos.com', `${KAIROS}\t.evil.example`, `${KAIROS}\n.evil.example`],
	...[`${KAIROS}?x=1`, `${KAIROS}/#x`, `${KAIROS}:port`, `${KAIROS}:65536`],
	...['http://evil.example\\.localhost', 'http:\\\\localhost', 'http://127.0.0.256', 'http://[::1'],
])('A Base URL is rejected when it is no web address: %j', (baseUrl) => {
	const { message } = refusalOf({ baseUrl });
	expect(message).toBe('Base URL in the Kairos credential is not a web address');
});

test.each([
	...['https://me@idv-eu.kairos.com', 'https://me:secret@idv-eu.kairos.com'],
	...['https://:secret@idv-eu.kairos.com', 'http://localhost:80@kairos.example'],
])('A Base URL is rejected when it holds a user or a password: %s', (baseUrl) => {
	const { message, description } = refusalOf({ baseUrl });
	expect(message).toBe('Base URL in the Kairos credential contains a username or password');
	expect(message + description).not.toContain('secret');
});

test.each(['', undefined, 0.1, '0.1', 'v0.1/../admin', 'v0.1?', 'v0.1\nv0.2', ['v0.1']])(
	'A credential is rejected when its API Version is %j',
	(apiVersion) => {
		const { message } = refusalOf({ apiVersion });
		expect(message).toBe('API Version in the Kairos credential is not a version');
	},
);

test.each<[value: unknown, expected: string]>([
	[' key\n', 'key'],
	['a key ~!', 'a key ~!'],
	[4711, '4711'],
])('The key %j is sent as %j', (value, expected) => {
	expect(access({ appId: value }).appId).toBe(expected);
	expect(access({ appSecretKey: value }).appKey).toBe(expected);
});

test.each<[name: string, label: string]>([
	['appId', 'App ID'],
	['appSecretKey', 'App Key'],
])('An error names the key that is empty or cannot be sent: %s', (name, label) => {
	const code = 'INVALID_CREDENTIAL';
	for (const empty of ['', ' \n', undefined, ['key']]) {
		const message = `${label} in the Kairos credential is empty`;
		expect(refusalOf({ [name]: empty })).toMatchObject({ code, message, isFatal: false });
	}
	for (const unfit of ['5ec\r\nX: 1', '5ec\0', '5ec\u200b', '5ecü']) {
		const { message, description } = refusalOf({ [name]: unfit });
		expect(message).toMatch(`${label} in the Kairos credential has a line break or another`);
		expect(message + description).not.toContain('5ec');
	}
});

/** Hosts on one's own network, in every spelling that URLs allow. */
const OWN_NETWORK = [
	// Loopback and private addresses, and names of the own network.
	...['127.0.0.1', '127.0.0.1.', '127.255.255.254', '[::1]', '10.0.0.1', '10.255.255.255'],
	...['172.16.0.1', '172.20.1.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
	...['[fc00::1]', '[fd12:3456::1]', '[FDFF::1]'],
	...['localhost', 'LOCALHOST', 'localhost.', 'kairos', 'host-1', 'kairos.local', 'a.b.LOCAL'],
	...['kairos.internal', 'kairos.localhost', 'kairos.lan', 'kairos.home.arpa', 'kairos.lan.'],
	// In another spelling.
	...['2130706433', '0x7f000001', '017700000001', '127.1', '0177.0.0.01', '10.1', '192.168.257'],
	...['%31%32%37.0.0.1', '①②⑦.0.0.1', '127。0。0。1', '%6c%6fcalhost', '[0:0:0:0:0:0:0:1]'],
	// IPv4 within IPv6.
	...['[::ffff:127.0.0.1]', '[::FFFF:7f00:1]', '[::ffff:a00:1]', '[::ffff:172.31.0.1]'],
	...['[::ffff:192.168.1.1]', '[0:0:0:0:0:ffff:127.0.0.1]'],
];

/** Hosts on the internet, among them those that look as if they were on one's own network. */
const INTERNET = [
	...['idv-eu.kairos.com', 'idv-eu.kairos.com.', '%69dv-eu.kairos.com', 'idv-eu。kairos。com'],
	// Names that only hold, or begin like, one of the own network.
	...['localhost.example', 'local.example', 'notlocal.example', 'kairos.notlocal', 'a.xlan'],
	...['kairos.internal.example', 'arpa.home', 'kairos.arpa', 'xhome.arpa', 'localhost..'],
	...['kairos.local..', 'ai.', 'kairos.', 'mylocalhost.', '127.0.0.1.nip.io', '127.0.0.example'],
	...['192.168.0.1.sslip.io', '169.254.1.1.example', '172.16.0.1.example'],
	// Public addresses.
	...['8.8.8.8', '8.8.8.8.', '126.255.255.255', '128.0.0.1', '11.0.0.1', '9.255.255.255'],
	...['172.15.255.255', '172.32.0.1', '192.167.1.1', '192.169.1.1', '169.253.1.1', '169.255.1.1'],
	...['100.64.0.1', '0.0.0.0', '255.255.255.255', '210.1.2.3', '1.127.0.1', '1.10.0.1'],
	...['134744072', '0x08080808', '8.8', '⑧.8.8.8', '[2001:4860:4860::8888]', '[::]', '[::2]'],
	...['[1::1]', '[fe00::1]', '[fec0::1]', '[ff02::1]', '[fc::1]', '[fd::1]', '[fe8::1]', '[::12]'],
	...['[2001:db8::fe80]', '[1:2:3:4:5:6:7:1]', '[2001:fc00::1]', '[2001:fe80::1]'],
	// IPv4 within IPv6.
	...['[::ffff:8.8.8.8]', '[::ffff:172.32.0.1]', '[64:ff9b::7f00:1]', '[::ffff:0:7f00:1]'],
	...['[::127.0.0.1]', '[2002:7f00:1::]', '[1::ffff:7f00:1]', '[::ffff:7f00:1:1]'],
];

/** Hosts that hand out the credentials of the machine that asks, and link-local ones. */
const REFUSED = [
	...['169.254.0.1', '169.254.169.254', '[fe80::1]', '[febf::1]', '[FE90::1]'],
	...['100.100.100.200', '168.63.129.16', '192.0.0.192', '[fd00:ec2::254]'],
	...['[fd20:ce::254]', '[fd00:c1::a9fe:a9fe]', 'metadata.goog'],
	...['metadata', 'METADATA', 'metadata.', 'metadata.google.internal', 'instance-data'],
	...['metadata.google.internal.', 'instance-data.ec2.internal', 'metadata.azure.internal'],
	// In another spelling.
	...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '①⑥⑨.254.169.254'],
	...['[fd00:0ec2:0:0:0:0:0:254]'],
	// IPv4 within IPv6.
	...['[::ffff:169.254.169.254]', '[::FFFF:a9fe:a9fe]', '[0:0:0:0:0:ffff:169.254.1.1]'],
	...['[::169.254.169.254]', '[::ffff:0:169.254.169.254]', '[64:ff9b::169.254.169.254]'],
	...['[64:ff9b:1::a9fe:a9fe]', '[64:ff9b:1:fffe::a9fe:a9fe]', '[2002:a9fe:a9fe::1]'],
	...['[::ffff:100.100.100.200]', '[64:ff9b::168.63.129.16]', '[::ffff:192.0.0.192]'],
];

/** Hosts that only resemble those. */
const ALMOST_REFUSED = [
	...['169.253.1.1', '169.255.1.1', '100.100.100.201', '168.63.129.17', '192.0.0.193'],
	...['metadata.example', 'metadata.google.internal.example', 'my-metadata.example'],
	...['[fe00::1]', '[fec0::1]', '[fd00:ec2::253]', '[64:ff9b::8.8.8.8]', '[1::a9fe:a9fe]'],
];

const isPrivate = (baseUrl: string) => access({ baseUrl }).service.isPrivateHost;

test.each(OWN_NETWORK)('A host on the own network may be unencrypted: %s', (host) => {
	for (const url of [`http://${host}`, `HTTP://${host}:8080`, `https://${host}/a/b/`]) {
		expect([url, isPrivate(url)]).toEqual([url, true]);
	}
});

test.each(INTERNET)('A host on the internet must be encrypted: %s', (host) => {
	for (const suffix of ['', ':8080', '/localhost']) {
		const { message } = refusalOf({ baseUrl: `http://${host}${suffix}` });
		expect(message).toBe('Base URL in the Kairos credential does not start with https://');
	}
	expect(isPrivate(`https://${host}:8443/kairos`)).toBe(false);
});

test.each(REFUSED)('A host is refused by http and by https: %s', (host) => {
	for (const baseUrl of [`http://${host}`, `https://${host}:8443/kairos`]) {
		const { message } = refusalOf({ baseUrl });
		expect(message).toMatch(/is a link-local address or the metadata service of a cloud$/);
	}
});

test.each(ALMOST_REFUSED)('A host that only resembles a refused one is accepted: %s', (host) => {
	expect(() => access({ baseUrl: `https://${host}` })).not.toThrow();
});
