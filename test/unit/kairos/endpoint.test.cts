import type { IDataObject } from 'n8n-workflow';
import { KairosError } from '../../../nodes/BiometricVerify/kairos/failures/KairosError';
import { readBaseUrl, readService, trimmed } from '../../../nodes/BiometricVerify/kairos/endpoint';

const SERVICE = { baseUrl: 'https://idv-eu.kairos.com', apiVersion: 'v0.1' };

function refusalOf(credential: Record<string, unknown>): KairosError {
	try {
		readService(credential as IDataObject);
	} catch (error) {
		if (error instanceof KairosError) return error;
		throw error;
	}
	throw new Error('The credential was accepted');
}

describe('the service of a credential', () => {
	test.each<[what: string, baseUrl: string, expected: string, host: string]>([
		['as it is', 'https://idv-eu.kairos.com', 'https://idv-eu.kairos.com', 'idv-eu.kairos.com'],
		[
			'without a slash at its end',
			'https://idv-eu.kairos.com/',
			'https://idv-eu.kairos.com',
			'idv-eu.kairos.com',
		],
		[
			'without several slashes',
			'https://idv-eu.kairos.com///',
			'https://idv-eu.kairos.com',
			'idv-eu.kairos.com',
		],
		[
			'without white space',
			' https://idv-eu.kairos.com/ \n',
			'https://idv-eu.kairos.com',
			'idv-eu.kairos.com',
		],
		['with its port', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080', '127.0.0.1:8080'],
		[
			'with its path',
			'https://proxy.example/kairos/eu/',
			'https://proxy.example/kairos/eu',
			'proxy.example',
		],
		[
			'in lower case',
			'HTTPS://IDV-EU.KAIROS.COM',
			'https://idv-eu.kairos.com',
			'idv-eu.kairos.com',
		],
		['of version 6', 'http://[::1]:8080', 'http://[::1]:8080', '[::1]:8080'],
	])('has its address %s', (_what, baseUrl, expected, host) => {
		expect(readService({ baseUrl, apiVersion: 'v0.1' })).toMatchObject({
			url: `${expected}/v0.1/biometric-verification`,
			host,
		});
	});

	test.each<[what: string, baseUrl: unknown]>([
		['empty', ''],
		['missing', undefined],
		['a number', 8080],
		['a name without a scheme', 'idv-eu.kairos.com'],
		['with something before its scheme', 'xhttps://idv-eu.kairos.com'],
		['of another scheme', 'ftp://idv-eu.kairos.com'],
		['a file', 'file:///etc/passwd'],
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
		['with a port that is none', 'https://idv-eu.kairos.com:port'],
		['with a port that is too high', 'https://idv-eu.kairos.com:65536'],
		['with a backslash after the host', 'http://evil.example\\.localhost'],
		['with a backslash before the host', 'http:\\\\localhost'],
		['with a backslash in its path', 'https://idv-eu.kairos.com/a\\b'],
		['with an IPv4 address that is none', 'http://127.0.0.256'],
		['with an IPv6 address that is none', 'http://[::1'],
		['with a zone, which no URL has', 'http://[fe80::1%25eth0]'],
		['an expression that was not resolved', '={{ $env.KAIROS }}'],
	])('is refused when its address is %s', (_what, baseUrl) => {
		expect(refusalOf({ baseUrl, apiVersion: 'v0.1' })).toMatchObject({
			message: 'Base URL in the Kairos credential is not a web address',
			description: 'Enter an address that starts with https://, e.g. https://idv-eu.kairos.com.',
			cause: 'configuration-invalid',
			endsRun: true,
			retry: 'never',
		});
	});

	test.each([
		'https://me@idv-eu.kairos.com',
		'https://me:secret@idv-eu.kairos.com',
		'https://:secret@idv-eu.kairos.com',
		'http://me@localhost',
		'http://localhost@kairos.example',
		'http://localhost:80@kairos.example',
		'http://127.0.0.1%2F@kairos.example',
	])('is refused when its address holds a user or a password: %s', (baseUrl) => {
		const { message, description } = refusalOf({ baseUrl, apiVersion: 'v0.1' });
		expect(message).toBe('Base URL in the Kairos credential contains a username or password');
		expect(description).toBe(
			'Remove everything between // and @. App ID and App Key have their own fields.',
		);
		expect(message + description).not.toContain('secret');
	});

	test.each(['v0.1', 'v0.2', 'v1', 'v10.2.3', 'v1.10', ' v0.2 '])(
		'may have the version %s',
		(apiVersion) => {
			expect(readService({ ...SERVICE, apiVersion }).url).toBe(
				`https://idv-eu.kairos.com/${apiVersion.trim()}/biometric-verification`,
			);
		},
	);

	test.each<[what: string, apiVersion: unknown]>([
		['empty', ''],
		['missing', undefined],
		['a number', 0.1],
		['without its v', '0.1'],
		['a way to another path', 'v0.1/../admin'],
		['followed by a query', 'v0.1?'],
		['of two lines', 'v0.1\nv0.2'],
		['a list', ['v0.1']],
	])('is refused when its version is %s', (_what, apiVersion) => {
		expect(refusalOf({ ...SERVICE, apiVersion })).toMatchObject({
			message: 'API Version in the Kairos credential is not a version',
			description: 'Choose one of the versions in the list, for example v0.1.',
			cause: 'configuration-invalid',
			endsRun: true,
			retry: 'never',
		});
	});
});

/** Hosts on one's own network, by what they are, in every spelling that URLs allow. */
const OWN_NETWORK: Record<string, string[]> = {
	'a loopback address': ['127.0.0.1', '127.0.0.1.', '127.255.255.254', '[::1]'],
	'a private address': [
		...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.20.1.1', '172.31.255.255'],
		...['192.168.0.1', '192.168.255.255', '[fc00::1]', '[fd12:3456::1]', '[FDFF::1]'],
	],
	'a link-local address': ['169.254.0.1', '169.254.169.254', '[fe80::1]', '[febf::1]', '[FE90::1]'],
	'an address in another spelling': [
		...['2130706433', '0x7f000001', '017700000001', '127.1', '0x7f.1', '0177.0.0.01'],
		...['167772161', '10.1', '192.168.257', '0300.0250.1', '%31%32%37.0.0.1'],
		...['①②⑦.0.0.1', '127。0。0。1'],
	],
	'an IPv6 address in another spelling': ['[0:0:0:0:0:0:0:1]', '[0000::0001]'],
	'an IPv4 address within IPv6': [
		...['[::ffff:127.0.0.1]', '[::FFFF:7f00:1]', '[::ffff:10.0.0.1]', '[::ffff:a00:1]'],
		...['[::ffff:172.31.0.1]', '[::ffff:192.168.1.1]', '[::ffff:169.254.1.1]'],
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

const hostsOf = (hosts: Record<string, string[]>) =>
	Object.entries(hosts).flatMap(([what, list]) =>
		list.map((host): [string, string] => [what, host]),
	);

describe('an address that is not encrypted', () => {
	test.each(hostsOf(OWN_NETWORK))('may be %s: %s', (_what, host) => {
		for (const suffix of ['', ':8080', '/', '/kairos', ':1/a/b/']) {
			for (const scheme of ['http', 'HTTP', 'Http']) {
				expect(() => readBaseUrl(`${scheme}://${host}${suffix}`)).not.toThrow();
			}
		}
		expect(readService({ ...SERVICE, baseUrl: `http://${host}` }).isOnOwnNetwork).toBe(true);
	});

	test.each(hostsOf(INTERNET))('may not be %s: %s', (_what, host) => {
		for (const suffix of ['', ':8080', '/', '/localhost', ':443']) {
			for (const scheme of ['http', 'HTTP', 'Http']) {
				expect(refusalOf({ ...SERVICE, baseUrl: `${scheme}://${host}${suffix}` })).toMatchObject({
					message: 'Base URL in the Kairos credential does not start with https://',
					description: expect.stringMatching(/starts with https:.*could read your keys/) as unknown,
					cause: 'configuration-invalid',
					endsRun: true,
					retry: 'never',
				});
			}
		}
	});

	test('may not be a host that nobody can have', () => {
		for (const host of ['.', '..', '...']) {
			expect(() => readBaseUrl(`http://${host}`)).toThrow(KairosError);
		}
	});
});

describe('an address that is encrypted', () => {
	test.each([...hostsOf(OWN_NETWORK), ...hostsOf(INTERNET)])('may be %s: %s', (_what, host) => {
		expect(() => readBaseUrl(`https://${host}:8443/kairos`)).not.toThrow();
	});

	test('is on the own network or not, as one that is not', () => {
		const isOwn = (baseUrl: string) => readService({ ...SERVICE, baseUrl }).isOnOwnNetwork;
		expect(isOwn('https://10.0.0.1')).toBe(true);
		expect(isOwn('https://idv-eu.kairos.com')).toBe(false);
	});
});

test.each<[value: unknown, expected: string]>([
	[' key\n', 'key'],
	['', ''],
	[undefined, ''],
	[5, ''],
	[['key'], ''],
])('a field of the credential that is %p is read as %p', (value, expected) => {
	expect(trimmed(value)).toBe(expected);
});
