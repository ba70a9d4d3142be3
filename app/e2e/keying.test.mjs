// An officer keys what came on paper with the keyboard alone, another keys the
// sample without seeing the first reading, and a slip is corrected.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, desk, id, launch, paths, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}/keying`;
const outcome = v => v.page.locator('.notice').first().innerText();
/** The number of the printed form that asks all of these. */
const formWith = (...questions) => paths.findIndex(asked => questions.every(q => asked.includes(q))) + 1;
const person = paths.length;
const helpersOf = formWith('H5b', 'S5');

/** The id of what has the focus. */
const focus = v => v.page.evaluate(() => document.activeElement.id);

/** Goes on with Tab to a field. */
async function tabTo(v, field) {
  for (let i = 0; i < 200; i++) {
    if (await focus(v) === field) return;
    await v.page.keyboard.press('Tab');
  }
  assert.fail(`${v.address}: ${field} cannot be reached with Tab; the focus is on ${await focus(v)}`);
}

/** Types into fields, in the order of the page, and saves: Tab and Enter only. */
async function key(v, fields) {
  for (const [field, typed] of Object.entries(fields)) {
    await tabTo(v, field);
    await v.page.keyboard.type(typed);
  }
  await tabTo(v, 'save');
  await v.turn(() => v.page.keyboard.press('Enter'));
}

const urdu = 'ہم رات کو ڈرتے ہیں، سڑک پر روشنی نہیں ہے';

for (const [name, screen, scripts] of both) {
  test(`officers key a batch ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.signIn('officer', at);

    // What is refused stays as it was typed.
    await v.page.getByLabel('How many are there?').fill('none');
    await v.press('Open the batch');
    assert.equal(await v.page.getByLabel('How many are there?').inputValue(), 'none');
    assert.match(await v.page.locator('#expected-fault').innerText(), /how many forms/);
    await v.page.getByLabel('How many are there?').fill('3');
    await v.press('Open the batch');
    assert.match(await outcome(v), /Write its number on the bundle/);
    const batch = v.address;
    await v.follow('Key the next form');

    // The first field has the focus, and Enter in a line saves nothing.
    assert.equal(await focus(v), 'box-A1');
    await v.page.keyboard.type('1');
    await v.page.keyboard.press('Enter');
    assert.equal(v.address, batch + '/new');
    await v.page.keyboard.press('Tab');
    assert.equal(await focus(v), 'box-A2');
    await key(v, { 'box-A2': '1', 'box-B1': '!', 'box-C1': '1 2', 'text-C6': urdu, 'box-G1': '1' });
    assert.match(await v.page.locator('.problem').innerText(), /C1: Choose one answer/);
    if (!scripts) assert.equal(await focus(v), 'box-C1', 'the field at fault has the focus');
    assert.equal(await v.page.locator('#text-C6').inputValue(), urdu);
    assert.equal(await v.page.locator('#box-B1').inputValue(), '!');
    await v.page.locator('#box-C1').fill('1');
    await key(v, {});
    assert.match(await outcome(v), /Form 1 is saved/);

    // Nothing is carried over.
    const typed = () => v.page.locator('#key input[type=text], #key textarea').evaluateAll(all => all.map(e => e.value).join(''));
    assert.equal(await typed(), '');
    assert.equal(await focus(v), 'box-A1');
    await key(v, { 'box-A1': 'a', 'box-A2': '2 3', 'box-C1': '5', 'text-C7': 'The lamps by [?] are out.' });
    // A code is shown once, on a slip.
    await key(v, { 'box-A1': '1', 'box-A2': '1', 'text-C10': 'Thank you for asking.', slip: ' ' });
    assert.equal((await v.words()).length, 12);
    const code = await v.words();
    await v.follow('Key the next');
    assert.doesNotMatch(await v.page.content(), new RegExp(code.join(' ')));

    await v.go(batch);
    assert.match(await v.text(), /B1 spoilt/);
    assert.match(await v.text(), /C7 illegible/);
    assert.match(await v.text(), /3 of 3 keyed/);
    await v.press('Finish the batch');
    assert.match(await outcome(v), /drawn for a second person to key: 1/);
    assert.doesNotMatch(await v.text(), /Key the sample again/, 'nobody checks their own');
    assert.match(await v.text(), /wait for a second person/);

    // Its author can use the code.
    await v.use(code);
    assert.match(await v.text(), /received/i);
    await v.leave(t);
  });
}
