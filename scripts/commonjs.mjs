/**
 * Lets Node run the TypeScript of the node and of its tests without jest: as CommonJS, compiled
 * in memory. To be imported before anything of it is.
 */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const IS_COMMONJS = /^file:(?!.*\/node_modules\/).*\.c?ts$/;

registerHooks({
	resolve(specifier, context, next) {
		const isOurs = IS_COMMONJS.test(context.parentURL ?? '') && specifier.startsWith('.');
		const isShort = isOurs && existsSync(new URL(`${specifier}.ts`, context.parentURL));
		return next(isShort ? `${specifier}.ts` : specifier, context);
	},
	load(url, context, next) {
		if (!IS_COMMONJS.test(url)) return next(url, context);
		const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
			filename: fileURLToPath(url),
			sourceMaps: 'inline',
			jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
			// By the annotation Node knows the names that a module exports.
			module: { type: 'commonjs', exportInteropAnnotation: true },
		});
		return { format: 'commonjs', source: code, shortCircuit: true };
	},
});
