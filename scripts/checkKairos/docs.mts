import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { type Assumption, assumptions, type ProbeName } from '../../sandbox/assumptions.mts';
import { ROOT } from '../paths.mts';
import { plan, probesOf, verificationsIn } from './plan.mts';

const DOCUMENT = join(ROOT, 'docs', 'kairos-api.md');

const all: readonly Assumption[] = assumptions;

/** Writes docs/kairos-api.md. */
export async function writeDocs(): Promise<void> {
	writeFileSync(DOCUMENT, await docs());
}

/** The text of docs/kairos-api.md, as it must be. */
export async function docs(): Promise<string> {
	const config = await resolveConfig(DOCUMENT);
	return await format(draft(), { ...config, parser: 'markdown' });
}

function draft(): string {
	const quick = probesOf(true);
	const full = probesOf(false);
	return `<!-- Written by npm run check:kairos -- --write-docs from sandbox/assumptions.mts. -->

# What the node assumes about Kairos

Nobody has tried this package against the real Kairos service yet. This page lists everything that it takes for granted, where that comes from, and what happens in your workflow if it isn't true. With a Kairos account, you can check it in a minute.

## Check it with your account

\`\`\`sh
git clone https://github.com/n8n-nodes-kairos/n8n-nodes-kairos.git
cd n8n-nodes-kairos
npm run check:kairos -- --quick --report report.md
\`\`\`

It asks for your App ID and App Key, tells you how many verifications it's going to use, and waits for a yes.

| Command | Requests | Verifications, at most |
| --- | --- | --- |
| \`npm run check:kairos -- --quick\` | ${quick.length} | ${verificationsIn(quick)} |
| \`npm run check:kairos\` | ${full.length} | ${verificationsIn(full)} |

- **Your keys** are typed without showing, or come from \`KAIROS_APP_ID\` and \`KAIROS_APP_KEY\`. They are never arguments, and never printed or written.
- **The images** are portraits that come with this project. Nobody else's face is sent.
- **It sends what the node sends.** The request, the headers, the reading of the response, and the verdict are the node's own code.
- **It ends by itself.** It sends one request at a time, each at most once, and gives up when Kairos doesn't answer or takes no more requests. Press Ctrl-C to stop it earlier: you still get a report.

| Option | What it does |
| --- | --- |
| \`--yes\` | Doesn't ask before anything is sent |
| \`--base-url URL\` | Another Base URL than the credential suggests |
| \`--api-version v0.2\` | The API version that your account uses |
| \`--report FILE\` | Writes the report as Markdown |
| \`--json\` | Prints the report as JSON |
| \`--record FOLDER\` | Keeps the responses as test fixtures, with IDs, times, and texts that could name your account replaced |

The exit code is 0 if everything that was tested held, 1 if something differs, and 2 if the check was stopped.

## Tell us what you found

The report contains no keys, no IDs, no file names, and no images. If something differs, please [open an issue](https://github.com/n8n-nodes-kairos/n8n-nodes-kairos/issues/new?template=kairos-response.yml) and paste it. To turn a response into a test, put its file from \`--record\` into \`test/fixtures/responses\`: \`npm test\` checks that the node keeps judging it as the file says.

## What is sent

| Request | May be billed | With \`--quick\` |
| --- | --- | --- |
${full.map(probeRow).join('\n')}

## Assumptions

The [documented response](../test/fixtures/responses/documented.json) is the only one that Kairos shows. Everything that goes beyond it is a guess, and so is how far it holds:

- **Documented**: Kairos documents it for v0.1.
- **Seen elsewhere**: it's on newer or related pages of Kairos.
- **Assumed**: nobody wrote it down.

| Id | Assumption | Source | If it's wrong | Checked by |
| --- | --- | --- | --- | --- |
${all.map(assumptionRow).join('\n')}

## See what would happen

The [sandbox](../sandbox/README.md) can break these assumptions, so that you can see what becomes of them in your workflow:

\`\`\`sh
npm run sandbox -- --deviate response-code,image-size
\`\`\`

| \`--deviate\` | What the sandbox does |
| --- | --- |
${all.flatMap(deviationRow).join('\n')}
`;
}

function probeRow(name: ProbeName): string {
	const { title, isVerification, isQuick } = plan[name];
	return row([
		title.replace(/\b(app[_-]\w+|image_\w+)/g, '`$1`'),
		yes(isVerification),
		yes(isQuick),
	]);
}

function assumptionRow({ id, statement, source, ifWrong, probes }: Assumption): string {
	const titles = probes.map((name) => plan[name as ProbeName].title);
	const checkedBy = titles.length === 0 ? 'only if it occurs' : titles.join('; ');
	return row([
		`\`${id}\``,
		statement,
		source,
		ifWrong,
		checkedBy.replace(/\b(app[_-]\w+|image_\w+)/g, '`$1`'),
	]);
}

function deviationRow({ id, deviation }: Assumption): string[] {
	return deviation === undefined ? [] : [row([`\`${id}\``, deviation])];
}

function row(cells: string[]): string {
	return `| ${cells.join(' | ')} |`;
}

function yes(isSo: boolean): string {
	return isSo ? 'yes' : 'no';
}
