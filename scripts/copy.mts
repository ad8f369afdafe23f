import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { runNpm, SetupError } from './bootstrap.mjs';
import { ROOT, temporaryFolder } from './paths.mts';

/** What a fresh clone does not hold. */
const NOT_IN_A_CLONE = /^(\.git|\.runtime|node_modules|dist|coverage)$|\.tgz$/;

/** A packed package, as npm tells of it. */
export interface Packed {
	/** The path of the .tgz. */
	tarball: string;
	/** Bytes of the .tgz. */
	size: number;
	/** By their paths inside the package. */
	files: { path: string }[];
}

/**
 * Copies the project as a fresh clone would hold it, with the installed packages linked. What is
 * built and packed there leaves the project's own dist alone, and shows that nothing more than a
 * clone is needed.
 *
 * @param folder a new one
 * @param version goes into the copy's package.json instead of the project's
 */
export function copyProject(folder: string, version?: string): void {
	cpSync(ROOT, folder, {
		recursive: true,
		filter: (source) => !NOT_IN_A_CLONE.test(relative(ROOT, source)),
	});
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	if (version === undefined) return;
	const file = join(folder, 'package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
	writeFileSync(file, `${JSON.stringify({ ...manifest, version }, undefined, '\t')}\n`);
}

/**
 * Builds and packs the project, exactly as it would be published, in a folder that goes when this
 * process ends.
 *
 * @param version goes into the package instead of the project's
 * @returns the path of the .tgz, beside which what was built is in `dist`
 * @throws {SetupError} when the build fails: what it says
 */
export async function buildPackage(version?: string): Promise<string> {
	const folder = join(temporaryFolder('package'), 'copy');
	copyProject(folder, version);
	return (await packCopy(folder)).tarball;
}

/**
 * Builds and packs a copy of the project.
 *
 * @throws {SetupError} when the build fails: what it says
 */
export async function packCopy(folder: string): Promise<Packed> {
	try {
		const gulp = join('node_modules', 'gulp', 'bin', 'gulp.js');
		await promisify(execFile)(process.execPath, [gulp, 'build'], { cwd: folder });
	} catch (error) {
		throw new SetupError(`The build failed:\n${(error as { stdout: string }).stdout}`);
	}
	const said = JSON.parse(await runNpm(['pack', '--json'], folder)) as [
		Packed & { filename: string },
	];
	return { ...said[0], tarball: join(folder, said[0].filename) };
}
