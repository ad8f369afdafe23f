import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const EMAIL = 'demo@example.com';

/** Who logs in to an n8n that the scripts start. */
export interface Owner {
	email: string;
	password: string;
	/** Holds the password; only the user whom this process runs as can read it. */
	passwordFile: string;
}

/**
 * The owner of the n8n whose data is in a folder, which is closed to other users of the machine.
 * The password is random, and stays the same for as long as the folder is there: n8n responds to
 * any web page that has a name pointed at 127.0.0.1, so nothing but the password stops that.
 */
export function ownerOf(userFolder: string): Owner {
	mkdirSync(userFolder, { recursive: true });
	chmodSync(userFolder, 0o700);
	const passwordFile = join(userFolder, 'password.txt');
	if (!existsSync(passwordFile)) {
		writeFileSync(passwordFile, randomBytes(15).toString('base64url'), { mode: 0o600 });
	}
	return { email: EMAIL, password: readFileSync(passwordFile, 'utf8'), passwordFile };
}

/**
 * The settings by which n8n has this owner before it answers any request. Otherwise, whoever is
 * first at its set-up page would be the owner.
 *
 * @param modules n8n's node_modules
 */
export function ownerSettings({ email, password }: Owner, modules: string): NodeJS.ProcessEnv {
	const bcrypt = createRequire(join(modules, 'n8n', 'package.json'))('bcryptjs') as {
		hashSync(text: string, rounds: number): string;
	};
	return {
		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
		N8N_INSTANCE_OWNER_EMAIL: email,
		N8N_INSTANCE_OWNER_FIRST_NAME: 'Demo',
		N8N_INSTANCE_OWNER_LAST_NAME: 'Owner',
		N8N_INSTANCE_OWNER_PASSWORD_HASH: bcrypt.hashSync(password, 10),
	};
}
