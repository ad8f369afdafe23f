/**
 * Run by `npm run release`: gives what stands under Unreleased in CHANGELOG.md to the new version. A
 * changelog that has that version already, as that of the first release, stays as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mts';
import { say } from './setup/progress.mjs';

const FILE = join(ROOT, 'CHANGELOG.md');
const version = process.env.npm_package_version ?? '';
const changelog = readFileSync(FILE, 'utf8');
if (!changelog.includes(`\n## [${version}] - `)) {
	const [, notes = ''] = /\n## \[Unreleased\]\n([^]*?)\n## \[/.exec(changelog) ?? [];
	const link = /(?<=\n)\[Unreleased\]: (.+\/compare\/)v(.+)\.\.\.HEAD\n/.exec(changelog);
	if (notes.trim() === '' || !link) {
		say(
			'CHANGELOG.md has nothing under Unreleased, or no link for it. Add it, undo the change of ' +
				'package.json, then try again.',
		);
		process.exit(1);
	}
	const [unreleasedLink, compare = '', before = ''] = link;
	const today = new Date().toISOString().slice(0, 10);
	writeFileSync(
		FILE,
		changelog
			.replace('\n## [Unreleased]\n', `\n## [Unreleased]\n\n## [${version}] - ${today}\n`)
			.replace(
				unreleasedLink,
				`[Unreleased]: ${compare}v${version}...HEAD\n` +
					`[${version}]: ${compare}v${before}...v${version}\n`,
			),
	);
}
