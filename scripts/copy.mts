import {
	cpSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT, temporaryFolder } from './paths.mts';
import { startProcess } from './processes.mts';
import { runNpm, SetupError } from './setup/npm.mjs';

/** What a fresh clone does not hold. */
const NOT_IN_A_CLONE = /^(\.git|\.runtime|node_modules|dist|coverage)$|\.tgz$/;

/** A packed package, as npm tells of it. */
export interface Packed {
	/** The path of the .tgz. */
	tarball: string;
	/** Bytes of the .tgz. */
	size: number;
	/** Paths inside the package. */
	files: string[];
}

/**
 * Copies the project as a fresh clone would hold it, with the installed packages linked. What is
 * built and packed there leaves the project's own dist alone, and shows that nothing more than a
 * clone is needed.
 *
 * @param folder is made anew
 * @param version goes into the copy's package.json instead of the project's
 */
export function copyProject(folder: string, version?: string): void {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	for (const name of readdirSync(ROOT).filter((name) => !NOT_IN_A_CLONE.test(name))) {
		cpSync(join(ROOT, name), join(folder, name), { recursive: true });
	}
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
 * @returns the path of the .tgz, beside which what was built is in `dist`
 * @throws {SetupError} when the build fails: its last lines
 */
export async function buildPackage(): Promise<string> {
	const folder = temporaryFolder('package');
	copyProject(folder);
	return (await packCopy(folder)).tarball;
}

/**
 * Builds and packs a copy of the project.
 *
 * @throws {SetupError} when the build fails: its last lines
 */
export async function packCopy(folder: string): Promise<Packed> {
	const gulp = join(folder, 'node_modules', 'gulp', 'bin', 'gulp.js');
	const build = await startProcess(process.execPath, [gulp, 'build'], { cwd: folder });
	const end = await build.exited;
	if (end !== 'code 0') {
		throw new SetupError(`The build failed (${end}). Its last lines:\n${build.lastLines(30)}`);
	}
	const [packed] = JSON.parse(await runNpm(['pack', '--json'], folder)) as [
		{ filename: string; size: number; files: { path: string }[] },
	];
	return {
		tarball: join(folder, packed.filename),
		size: packed.size,
		files: packed.files.map(({ path }) => path).sort(),
	};
}
