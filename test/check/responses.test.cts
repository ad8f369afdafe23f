import { join } from 'node:path';
import { outcomeOf, readFixtures } from '../support/responseFixtures.cts';

const fixtures = readFixtures(join(__dirname, '..', 'fixtures', 'responses'));

test('the documented response is among the fixtures', () => {
	expect(fixtures.map(([file]) => file)).toContain('documented.json');
});

test.each(fixtures)('%s is judged as it says', (_file, fixture) => {
	expect(outcomeOf(fixture)).toEqual(fixture.expected);
});
