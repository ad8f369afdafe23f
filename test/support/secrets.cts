/** Names the secrets that can be found in a value, in any form in which they could be written. */
export function secretsIn(value: unknown, secrets: Readonly<Record<string, Buffer>>): string[] {
	const texts = textsWithin(value);
	return Object.entries(secrets)
		.filter(([, secret]) => formsOf(secret).some((form) => texts.includes(form)))
		.map(([name]) => name);
}

/**
 * All texts and bytes that can be reached from a value, as one text: also what is not enumerable,
 * such as the cause of an error, and what stands in maps, sets and symbols.
 */
export function textsWithin(value: unknown): string {
	const texts: string[] = [];
	const seen = new Set<object>();
	const waiting: unknown[] = [value];
	while (waiting.length > 0) {
		const next = waiting.pop();
		if (typeof next === 'string') texts.push(next);
		if (typeof next === 'number') texts.push(`${next},`);
		if ((typeof next !== 'object' && typeof next !== 'function') || next === null) continue;
		if (seen.has(next)) continue;
		seen.add(next);
		if (ArrayBuffer.isView(next)) {
			texts.push(Buffer.from(next.buffer, next.byteOffset, next.byteLength).toString('latin1'));
			continue;
		}
		if (next instanceof Map) waiting.push(...next.keys(), ...next.values());
		if (next instanceof Set) waiting.push(...next);
		// Backwards, so that a list of numbers is read in its order.
		for (const key of Reflect.ownKeys(next).reverse()) {
			texts.push(String(key));
			const property = Object.getOwnPropertyDescriptor(next, key);
			waiting.push(property?.get ? Reflect.get(next, key) : property?.value);
		}
	}
	return texts.join('\n');
}

function formsOf(value: Buffer): string[] {
	const text = value.toString('latin1');
	return [
		text,
		encodeURIComponent(text),
		JSON.stringify(text).slice(1, -1),
		value.toString('hex'),
		...[0, 1, 2].map((shift) => base64Within(value, shift)),
		[...value].join(','),
		[...value].map((byte) => `${byte},`).join('\n'),
	];
}

/** What base64 makes of the bytes wherever they stand in a longer run of bytes. */
function base64Within(value: Buffer, shift: number): string {
	const whole = value.subarray((3 - shift) % 3);
	return whole.subarray(0, whole.length - (whole.length % 3)).toString('base64');
}
