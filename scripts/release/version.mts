import { SetupError } from '../setup/npm.mjs';

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

/**
 * The version to release.
 *
 * @param wanted `patch`, `minor`, `major`, or a version that is not older than the current one
 * @throws {SetupError} when it is none of these
 */
export function nextVersion(current: string, wanted: string): string {
	const [major, minor, patch] = partsOf(current);
	if (wanted === 'major') return `${major + 1}.0.0`;
	if (wanted === 'minor') return `${major}.${minor + 1}.0`;
	if (wanted === 'patch') return `${major}.${minor}.${patch + 1}`;
	const difference = partsOf(wanted)
		.map((part, index) => part - (partsOf(current)[index] ?? 0))
		.find((distance) => distance !== 0);
	if (difference !== undefined && difference < 0) {
		throw new SetupError(`${wanted} is older than ${current}.`);
	}
	return wanted;
}

/**
 * Gives what stands under Unreleased to a version. A changelog that has that version already, as
 * that of a first release may, stays as it is.
 *
 * @param date `YYYY-MM-DD`
 * @throws {SetupError} when there is nothing under Unreleased
 */
export function datedChangelog(changelog: string, version: string, date: string): string {
	if (changelog.includes(`\n## [${version}] - `)) return changelog;
	const [, notes] = /\n## \[Unreleased\]\n([^]*?)\n## \[/.exec(changelog) ?? [];
	if (notes === undefined || notes.trim() === '') {
		throw new SetupError('CHANGELOG.md tells nothing under Unreleased.');
	}
	const [, repository, before] =
		/\n\[Unreleased\]: (.+)\/compare\/v(.+)\.\.\.HEAD\n/.exec(changelog) ?? [];
	if (repository === undefined || before === undefined) {
		throw new SetupError('CHANGELOG.md has no link for Unreleased.');
	}
	return changelog
		.replace('\n## [Unreleased]\n', `\n## [Unreleased]\n\n## [${version}] - ${date}\n`)
		.replace(
			`[Unreleased]: ${repository}/compare/v${before}...HEAD\n`,
			`[Unreleased]: ${repository}/compare/v${version}...HEAD\n` +
				`[${version}]: ${repository}/compare/v${before}...v${version}\n`,
		);
}

function partsOf(version: string): [number, number, number] {
	const [, major, minor, patch] = VERSION.exec(version) ?? [];
	if (patch === undefined) throw new SetupError(`${version} is no version, such as 1.2.3.`);
	return [Number(major), Number(minor), Number(patch)];
}
