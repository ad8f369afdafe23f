import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import {
	parseEndpoint,
	readAccess,
	readBaseUrl,
} from '../../../nodes/BiometricVerify/kairos/endpoint';

const SERVICE = { baseUrl: 'https://idv-eu.kairos.com', apiVersion: 'v0.1' };
const KEYS = { appId: 'id', appSecretKey: 'key' };

function refusalOf(credential: Record<string, unknown>): KairosError {
	try {
		readAccess(credential as ICredentialDataDecryptedObject);
	} catch (error) {
		if (error instanceof KairosError) return error;
		throw error;
	}
	throw new Error('The credential was accepted');
}

const messageFor = (baseUrl: unknown) => refusalOf({ ...SERVICE, ...KEYS, baseUrl }).message;

const KAIROS = 'https://idv-eu.kairos.com';

test.each<[baseUrl: string, expected: string, host: string]>([
	[KAIROS, KAIROS, 'idv-eu.kairos.com'],
	[`${KAIROS}/`, KAIROS, 'idv-eu.kairos.com'],
	[` ${KAIROS}/// \n`, KAIROS, 'idv-eu.kairos.com'],
	['HTTPS://IDV-EU.KAIROS.COM', KAIROS, 'idv-eu.kairos.com'],
	['http://127.0.0.1:8080', 'http://127.0.0.1:8080', '127.0.0.1:8080'],
	['http://[::1]:8080', 'http://[::1]:8080', '[::1]:8080'],
	['https://proxy.example/kairos/eu/', 'https://proxy.example/kairos/eu', 'proxy.example'],
])('The Base URL %j is read as %s', (baseUrl, expected, host) => {
	expect(parseEndpoint({ baseUrl, apiVersion: ' v0.1 ' })).toMatchObject({
		url: `${expected}/v0.1/biometric-verification`,
		host,
	});
});

test.each<[what: string, baseUrl: unknown]>([
	['empty', ''],
	['missing', undefined],
	['a number', 8080],
	['a name without a scheme', 'idv-eu.kairos.com'],
	['preceded by something', 'xhttps://idv-eu.kairos.com'],
	['of another scheme', 'ftp://idv-eu.kairos.com'],
	['a script', 'javascript:alert(1)'],
	['a scheme only', 'https://'],
	['without slashes', 'https:idv-eu.kairos.com'],
	['with one slash', 'https:/idv-eu.kairos.com'],
	['with three slashes', 'https:///idv-eu.kairos.com'],
	['relative to a scheme', '//idv-eu.kairos.com'],
	['a text with spaces', 'https://idv eu.kairos.com'],
	['with a tab, which browsers drop', 'https://idv-eu.kairos.com\t.evil.example'],
	['with a line break', 'https://idv-eu.kairos.com\n.evil.example'],
	['with a query', 'https://idv-eu.kairos.com?x=1'],
	['with a fragment', 'https://idv-eu.kairos.com/#x'],
	['with a port that is not a number', 'https://idv-eu.kairos.com:port'],
	['with a port that is too high', 'https://idv-eu.kairos.com:65536'],
	['with a backslash after the host', 'http://evil.example\\.localhost'],
	['with backslashes for slashes', 'http:\\\\localhost'],
	['an impossible IPv4 address', 'http://127.0.0.256'],
	['an impossible IPv6 address', 'http://[::1'],
	['an expression that was not resolved', '={{ $env.KAIROS }}'],
])('A Base URL is rejected when it is %s', (_what, baseUrl) => {
	expect(messageFor(baseUrl)).toBe('Base URL in the Kairos credential is not a web address');
});

test.each([
	'https://me@idv-eu.kairos.com',
	'https://me:secret@idv-eu.kairos.com',
	'http://me@localhost',
	'http://localhost:80@kairos.example',
])(
	'A Base URL is rejected when it holds a user or a password, and neither is repeated: %s',
	(baseUrl) => {
		const { message, description } = refusalOf({ ...SERVICE, ...KEYS, baseUrl });
		expect(message).toBe('Base URL in the Kairos credential contains a username or password');
		expect(message + description).not.toContain('secret');
	},
);

test.each(['', undefined, 0.1, '0.1', 'v0.1/../admin', 'v0.1?', 'v0.1\nv0.2', ['v0.1']])(
	'A credential is rejected when its API Version is %j',
	(apiVersion) => {
		expect(refusalOf({ ...SERVICE, ...KEYS, apiVersion }).message).toBe(
			'API Version in the Kairos credential is not a version',
		);
	},
);

const access = (keys: Record<string, unknown>) =>
	readAccess({ ...SERVICE, ...KEYS, ...keys } as ICredentialDataDecryptedObject);

test.each<[value: unknown, expected: string]>([
	['key', 'key'],
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
	for (const empty of ['', ' \n', undefined, null, ['key'], {}]) {
		expect(refusalOf({ ...SERVICE, ...KEYS, [name]: empty })).toMatchObject({
			code: 'INVALID_CREDENTIAL',
			message: `${label} in the Kairos credential is empty`,
			cause: 'configuration-invalid',
			isFatal: false,
		});
	}
	for (const unfit of ['5ec\r\nX: 1', '5ec\0', '5ec\u200b', '5ecü', '5ecключ']) {
		const { code, message, description } = refusalOf({ ...SERVICE, ...KEYS, [name]: unfit });
		expect({ code, message }).toEqual({
			code: 'INVALID_CREDENTIAL',
			message: `${label} in the Kairos credential has a line break or another character that cannot be sent`,
		});
		expect(message + description).not.toContain('5ec');
	}
});

/** Hosts on one's own network, by what they are, in every spelling that URLs allow. */
const OWN_NETWORK: Record<string, string[]> = {
	'a loopback address': ['127.0.0.1', '127.0.0.1.', '127.255.255.254', '[::1]'],
	'a private address': [
		...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.20.1.1', '172.31.255.255'],
		...['192.168.0.1', '192.168.255.255', '[fc00::1]', '[fd12:3456::1]', '[FDFF::1]'],
	],
	'an address in another spelling': [
		...['2130706433', '0x7f000001', '017700000001', '127.1', '0x7f.1', '0177.0.0.01'],
		...['167772161', '10.1', '192.168.257', '0300.0250.1', '%31%32%37.0.0.1'],
		...['①②⑦.0.0.1', '127。0。0。1'],
	],
	'an IPv6 address in another spelling': ['[0:0:0:0:0:0:0:1]', '[0000::0001]'],
	'an IPv4 address within IPv6': [
		...['[::ffff:127.0.0.1]', '[::FFFF:7f00:1]', '[::ffff:10.0.0.1]', '[::ffff:a00:1]'],
		...['[::ffff:172.31.0.1]', '[::ffff:192.168.1.1]'],
		'[0:0:0:0:0:ffff:127.0.0.1]',
	],
	'a name of the own network': [
		...['localhost', 'LOCALHOST', 'localhost.', 'kairos', 'host-1', 'kairos.local', 'a.b.LOCAL'],
		...['kairos.internal', 'kairos.localhost', 'kairos.lan', 'kairos.home.arpa', 'kairos.lan.'],
		'%6c%6fcalhost',
	],
};

/** Hosts on the internet, among them those that look as if they were on one's own network. */
const INTERNET: Record<string, string[]> = {
	'a public name': [
		...['idv-eu.kairos.com', 'IDV-EU.KAIROS.COM', 'idv-eu.kairos.com.', 'a.example'],
		...['%69dv-eu.kairos.com', 'idv-eu。kairos。com'],
	],
	'a name that only holds one of the own network': [
		...['localhost.example', 'local.example', 'notlocal.example', 'kairos.notlocal', 'a.xlan'],
		...['kairos.internal.example', 'lan.home.arpa.example', 'arpa.home', 'kairos.arpa'],
		...['localhost..', 'kairos.local..', 'a.localhost.com', 'xhome.arpa'],
		...['ai.', 'kairos.', 'mylocalhost.', 'my.localhost.example.'],
	],
	'a name that begins like an address of the own network': [
		...['127.0.0.1.nip.io', '10.0.0.1.example', '192.168.0.1.sslip.io', '127.0.0.example'],
		...['169.254.1.1.example', '172.16.0.1.example'],
	],
	'a public address': [
		...['8.8.8.8', '1.1.1.1', '126.255.255.255', '128.0.0.1', '11.0.0.1', '9.255.255.255'],
		...['210.1.2.3'],
		...['172.15.255.255', '172.32.0.1', '192.167.1.1', '192.169.1.1', '169.253.1.1', '169.255.1.1'],
		...['100.64.0.1', '0.0.0.0', '255.255.255.255', '1.127.0.1', '1.10.0.1', '8.8.8.8.'],
	],
	'a public address in another spelling': [
		...['134744072', '0x08080808', '01002004010', '8.8', '0x8.0x8.0x8.0x8', '⑧.8.8.8'],
	],
	'a public IPv6 address': [
		...['[2001:4860:4860::8888]', '[::]', '[::2]', '[1::1]', '[fe00::1]', '[fec0::1]', '[ff02::1]'],
		...['[fc::1]', '[fd::1]', '[fe8::1]', '[2001:db8::fe80]', '[1:2:3:4:5:6:7:1]'],
		...['[::12]', '[2001:fc00::1]', '[2001:fe80::1]'],
	],
	'a public IPv4 address within IPv6': [
		...['[::ffff:8.8.8.8]', '[::ffff:808:808]', '[::ffff:172.32.0.1]', '[::FFFF:808:808]'],
		...['[64:ff9b::7f00:1]', '[::ffff:0:7f00:1]', '[::127.0.0.1]', '[2002:7f00:1::]'],
		...['[1::ffff:7f00:1]', '[::ffff:7f00:1:1]'],
	],
};

/** Hosts that hand out the credentials of the machine that asks, and those beside it. */
const REFUSED: Record<string, string[]> = {
	'a link-local address': ['169.254.0.1', '169.254.169.254', '[fe80::1]', '[febf::1]', '[FE90::1]'],
	'an address of a metadata service': [
		...['100.100.100.200', '168.63.129.16', '192.0.0.192', '[fd00:ec2::254]'],
		'[fd00:0ec2:0:0:0:0:0:254]',
	],
	'a name of a metadata service': [
		...['metadata', 'METADATA', 'metadata.', 'metadata.google.internal', 'instance-data'],
		...['metadata.google.internal.', 'instance-data.ec2.internal', 'metadata.azure.internal'],
	],
	'an address in another spelling': [
		...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '①⑥⑨.254.169.254'],
	],
	'an IPv4 address within IPv6': [
		...['[::ffff:169.254.169.254]', '[::FFFF:a9fe:a9fe]', '[0:0:0:0:0:ffff:169.254.1.1]'],
		...['[::169.254.169.254]', '[::ffff:0:169.254.169.254]', '[64:ff9b::169.254.169.254]'],
		...['[64:ff9b:1::a9fe:a9fe]', '[64:ff9b:1:fffe::a9fe:a9fe]', '[2002:a9fe:a9fe::1]'],
		...['[::ffff:100.100.100.200]', '[64:ff9b::168.63.129.16]', '[::ffff:192.0.0.192]'],
	],
};

/** Hosts that only resemble those. */
const ALMOST_REFUSED = [
	...['169.253.1.1', '169.255.1.1', '100.100.100.201', '168.63.129.17', '192.0.0.193'],
	...['metadata.example', 'metadata.google.internal.example', 'my-metadata.example'],
	...['[fe00::1]', '[fec0::1]', '[fd00:ec2::253]', '[64:ff9b::8.8.8.8]', '[1::a9fe:a9fe]'],
];

const hostsOf = (hosts: Record<string, string[]>) =>
	Object.entries(hosts).flatMap(([what, list]) =>
		list.map((host): [string, string] => [what, host]),
	);

const isPrivate = (baseUrl: string) => parseEndpoint({ ...SERVICE, baseUrl }).isPrivateHost;

test.each(hostsOf(OWN_NETWORK))(
	'A host on the own network may be unencrypted: %s, %s',
	(_what, host) => {
		for (const suffix of ['', ':8080', '/kairos', ':1/a/b/']) {
			for (const scheme of ['http', 'HTTP']) {
				expect(() => readBaseUrl(`${scheme}://${host}${suffix}`)).not.toThrow();
			}
		}
		expect(isPrivate(`http://${host}`)).toBe(true);
		expect(isPrivate(`https://${host}`)).toBe(true);
	},
);

test.each(hostsOf(INTERNET))('A host on the internet must be encrypted: %s, %s', (_what, host) => {
	for (const suffix of ['', ':8080', '/localhost', ':443']) {
		expect(messageFor(`http://${host}${suffix}`)).toBe(
			'Base URL in the Kairos credential does not start with https://',
		);
	}
	expect(isPrivate(`https://${host}:8443/kairos`)).toBe(false);
});

test.each(hostsOf(REFUSED))('A host is refused by http and by https: %s, %s', (_what, host) => {
	for (const url of [`http://${host}`, `https://${host}`, `https://${host}:8443/kairos`]) {
		expect(messageFor(url)).toMatch(/is a link-local address or the metadata service of a cloud$/);
	}
});

test.each(ALMOST_REFUSED)('A host that only resembles a refused one is accepted: %s', (host) => {
	expect(() => readBaseUrl(`https://${host}`)).not.toThrow();
});

test.each(['.', '..', '...'])('A host that nobody can have is refused: %s', (host) => {
	expect(() => readBaseUrl(`http://${host}`)).toThrow(KairosError);
});
