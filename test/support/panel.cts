import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** All fields of a panel, those in groups too, by their paths, in the order of the panel. */
export function fieldsOf(
	fields: INodeProperties[],
	path = '',
): Array<[path: string, field: INodeProperties]> {
	return fields.flatMap((field): ReturnType<typeof fieldsOf> => {
		const own = `${path}${field.name}`;
		const inner = (field.options ?? []).flatMap((entry) => {
			if ('values' in entry) return fieldsOf(entry.values, `${own}.${entry.name}.`);
			return 'type' in entry ? fieldsOf([entry], `${own}.`) : [];
		});
		return [[own, field], ...inner];
	});
}

export function choicesOf({ options = [] }: INodeProperties): INodePropertyOptions[] {
	return options.filter((entry) => 'value' in entry);
}

/** A default in the words of the panel; empty for a group. */
export function shownDefault(field: INodeProperties): string {
	const { type, default: value } = field;
	if (type === 'fixedCollection') return '';
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	const choice = choicesOf(field).find((one) => one.value === value);
	return choice?.name ?? String(value as string | number);
}
