import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Passes all on to the npm that comes next on the PATH, but for the address of the registry. */
const NPM = `#!/bin/sh
for argument do
	shift
	case $argument in
		--registry=*) set -- "$@" "--registry=$TEST_REGISTRY" ;;
		*) set -- "$@" "$argument" ;;
	esac
done
PATH=\${PATH#*:} exec npm "$@"
`;

/** A port on which nothing listens, so that what is sent there fails at once. */
const NOWHERE = 'http://127.0.0.1:9';

/**
 * The settings with which n8n installs packages from another registry.
 *
 * n8n itself takes a registry of one's own only with an enterprise licence. So it goes on naming
 * the usual one, and it is npm, which it starts, that asks the other one in its place. n8n's own
 * requests to the outside lead nowhere; it then trusts npm's answer.
 *
 * @param folder for the npm that stands in
 */
export function installingFrom(registryUrl: string, folder: string): NodeJS.ProcessEnv {
	mkdirSync(folder, { recursive: true });
	const npm = join(folder, 'npm');
	writeFileSync(npm, NPM);
	chmodSync(npm, 0o755);
	// What npm tells the scripts that it runs would else become settings of n8n's npm.
	const fromOurNpm = Object.keys(process.env).filter((name) => /^npm_/i.test(name));
	return {
		...Object.fromEntries(fromOurNpm.map((name) => [name, undefined])),
		PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
		N8N_COMMUNITY_PACKAGES_ENABLED: 'true',
		N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV: 'false',
		TEST_REGISTRY: registryUrl,
		npm_config_registry: registryUrl,
		HTTP_PROXY: NOWHERE,
		HTTPS_PROXY: NOWHERE,
	};
}
