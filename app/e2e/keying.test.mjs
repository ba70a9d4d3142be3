// Officers key what came on paper with the keyboard alone, another keys the
// sample without seeing the first reading, and a slip is corrected.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, both, desk, id, launch, over, paths, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}/keying`;
const outcome = v => v.page.locator('.notice').first().innerText();

/** What has the focus: its id, or the words on it. */
const focus = v => v.page.evaluate(() => document.activeElement.id || document.activeElement.innerText.trim());

/** Goes on with Tab to a field, a link or a button. */
async function tabTo(v, wanted) {
  for (let i = 0; i < 250; i++) {
    if (wanted instanceof RegExp ? wanted.test(await focus(v)) : await focus(v) === wanted) return;
    await v.page.keyboard.press('Tab');
  }
  assert.fail(`${v.address}: ${wanted} cannot be reached with Tab; the focus is on ${await focus(v)}`);
}

/** Goes to a link or button and presses Enter. */
async function enter(v, wanted) {
  await tabTo(v, wanted);
  await v.turn(() => v.page.keyboard.press('Enter'));
}

/** Types into fields, in the order of the page. */
async function type(v, fields) {
  for (const [field, typed] of Object.entries(fields)) {
    await tabTo(v, field);
    await v.page.keyboard.press('Tab'); // back into it, with what it holds selected
    await v.page.keyboard.press('Shift+Tab');
    await v.page.keyboard.type(typed);
  }
}

async function key(v, fields) {
  await type(v, fields);
  await enter(v, 'save');
}

const typed = v => v.page.locator('#key input[type=text], #key textarea').evaluateAll(all => all.map(e => e.value).join(''));

/** Opens a batch and returns its address. */
async function open(v, expected) {
  await v.go(at);
  await type(v, { expected });
  await enter(v, 'Open the batch');
  assert.match(await outcome(v), /Write its number on the bundle/);
  return v.address;
}

/** Another officer. */
async function another() {
  const v = await Visitor.arrive(browser, desk, true);
  await v.signIn('second');
  return v;
}

const urdu = 'ہم رات کو ڈرتے ہیں، سڑک پر روشنی نہیں ہے';

for (const [name, screen, scripts] of both) {
  test(`two officers key a batch ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.signIn('officer', at);
    await enter(v, 'Open the batch');
    assert.match(await v.page.locator('#expected-fault').innerText(), /how many forms/);
    const batch = await open(v, '3');
    await enter(v, 'Key the next form');

    // The first field has the focus, and Enter in a line saves nothing.
    assert.equal(await focus(v), 'box-A1');
    await v.page.keyboard.type('1');
    await v.page.keyboard.press('Enter');
    await v.page.keyboard.press('Tab');
    assert.equal(await focus(v), 'box-A2', 'the page is the same');

    // What is refused stays as it was typed.
    await key(v, { 'box-A2': '1', 'box-B1': '!', 'box-C1': '1 2', 'text-C6': urdu, 'box-G1': '1' });
    assert.match(await v.page.locator('.problem').innerText(), /C1: Choose one answer/);
    if (!scripts) assert.equal(await focus(v), 'box-C1', 'the field at fault has the focus');
    assert.equal(await v.page.locator('#text-C6').inputValue(), urdu);
    assert.equal(await v.page.locator('#text-C6').evaluate(e => getComputedStyle(e).direction), 'rtl', 'Urdu runs from right to left');
    assert.equal(await v.page.locator('#box-B1').inputValue(), '!');
    await key(v, { 'box-C1': '1' });
    assert.match(await outcome(v), /Form 1 is saved/);

    // Nothing is carried over.
    assert.equal(await typed(v), '');
    assert.equal(await focus(v), 'box-A1');
    await key(v, { 'box-A1': 'a', 'box-A2': '2 3', 'box-C1': '5', 'text-C7': 'The lamps by [?] are out.' });
    // A code is shown once, on a slip.
    await key(v, { 'box-A1': '1', 'box-A2': '1', 'box-C1': '2', 'text-C10': 'Thank you for asking.', slip: ' ' });
    const code = await v.words();
    assert.equal(code.length, 12);
    await v.page.emulateMedia({ media: 'print' });
    assert.ok(await v.page.locator('.words').isVisible());
    assert.ok(!await v.page.getByRole('link', { name: 'Key the next' }).isVisible(), 'nothing to press on paper');
    await v.page.emulateMedia({ media: 'screen' });
    await enter(v, 'Key the next');

    await v.go(batch);
    for (const mark of [/B1 spoilt/, /C7 illegible/, /3 of 3 keyed/]) assert.match(await v.text(), mark);
    await enter(v, 'Finish the batch');
    assert.match(await outcome(v), /drawn for a second person to key: 1/);
    assert.doesNotMatch(await v.text(), /Key the sample again/, 'nobody checks their own');
    assert.match(await v.text(), /wait for a second person/);

    // Blind: nothing of the first reading is on the page.
    const other = await another();
    await other.go(batch);
    await enter(other, /^Key the sample again/);
    assert.equal(await typed(other), '');
    const body = await other.page.content();
    for (const said of [urdu, 'The lamps by', 'Thank you for asking']) assert.ok(!body.includes(said), `the first reading is on the page: ${said}`);
    await key(other, { 'box-A1': '1', 'box-C1': '3', 'text-C9': 'A second reading.' });
    assert.match(await outcome(other), /differ in .*C1.*C9/);
    await enter(other, 'Settle it');
    assert.match(await outcome(other), /Both readings are kept/);
    const form = other.address;
    await enter(other, 'Correct it');
    await key(other, { 'text-C9': 'Seen on the second page.' });
    assert.match(await other.page.locator('#reason-fault').innerText(), /why/);
    assert.equal(await other.page.locator('#text-C9').inputValue(), 'Seen on the second page.');
    await tabTo(other, 'reason');
    await other.page.keyboard.type('An answer');
    await enter(other, 'save');
    assert.equal(other.address, form);
    assert.match(await other.text(), /Corrected[\s\S]*Counts[\s\S]*An answer or a page was missed[\s\S]*Keyed a second time[\s\S]*First keyed/);
    await other.go(at);
    assert.match(await other.text(), /were read alike/);
    await other.leave(t);

    // Its author can use the code, and take the answers back with every version.
    await v.use(code);
    assert.match(await v.text(), /counts|received/i);
    await v.leave(t);
  });
}

test('the scan of a form, its slip and the record', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer', at);
  const batch = await open(v, '1');
  await enter(v, 'Key the next form');
  await v.page.locator('#file').setInputFiles({ name: 'scan.txt', mimeType: 'text/plain', buffer: Buffer.from('C1: agree. The trombones are loud.') });
  await key(v, { 'box-A1': '1', 'box-A2': '1', 'box-C1': '2', 'text-C6': 'The trombones are loud.', slip: ' ' });
  const lost = await v.words();
  await v.go(batch);
  await v.follow(/^1$|Form 1|^Form/, v.main.locator('table'));
  const scan = await v.page.getByRole('link', { name: /Open the paper form/ }).getAttribute('href');
  await v.press('Print a slip with a new code');
  assert.match(await v.text(), /worth nothing any more/);
  const again = await v.words();
  assert.notDeepEqual(again, lost);
  await v.follow('Back to the form');
  await v.go(batch);
  await enter(v, 'Finish the batch');

  // Whoever keys it a second time has the paper at hand, and not the first reading.
  const other = await another();
  await other.go(batch);
  await enter(other, /^Key the sample again/);
  assert.ok(!(await other.page.content()).includes('trombones'));
  const href = await other.page.getByRole('link', { name: /Open the paper form/ }).getAttribute('href');
  assert.equal(href, scan);
  const got = await other.context.request.get(base + href);
  assert.match(got.headers()['content-disposition'], /^attachment/);
  assert.match(await got.text(), /The trombones are loud/);
  await other.leave(t);

  // Nobody else opens it.
  const analyst = await Visitor.arrive(browser, desk, false);
  await analyst.signIn('analyst', '/staff');
  assert.equal((await analyst.context.request.get(base + scan)).status(), 404);
  await analyst.leave(t);
  await v.use(lost);
  assert.match(await v.text(), /do not know this code/);
  await v.use(again);
  assert.match(await v.text(), /counts|received/i);
  await v.leave(t);

  const auditor = await Visitor.arrive(browser, desk, false);
  await auditor.signIn('auditor', '/staff/audit');
  const record = await auditor.text();
  assert.match(record, /is whole/);
  for (const act of ['keying.batch-opened', 'submission.keyed', 'keying.slip-printed-again', 'keying.batch-finished', 'scan.opened']) assert.match(record, new RegExp(act.replace('.', '\\.')));
  assert.doesNotMatch(record, /trombones/);
  await auditor.leave(t);
});

test('the forms of a helper, keyed the day after', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await v.signIn('officer', at);
  const batch = await open(v, '4');
  // Somebody who passes on what sex workers say has taken that form.
  const form = paths.findIndex(asked => asked.includes('H4') && asked.includes('S5')) + 1;
  await v.go(`${batch}/new?form=${form}`);
  const said = ['The van comes too early.', 'She was fined twice by the causeway.', 'Nobody at the causeway asks her.'];
  for (const words of said) {
    assert.equal(await typed(v), '', 'nothing is carried over');
    await key(v, { 'box-A1': '2', 'box-H1': '1', 'box-H3': '1', 'box-H4': '1', 'text-S5': words });
    assert.match(v.address, new RegExp(`form=${form}`), 'the next is on the same printed form');
  }
  await key(v, { 'box-A1': '2', 'box-H1': '3', 'box-H2': '3', 'box-H3': '1', 'box-H4': '1', 'text-S5': 'Most want the van later.' });
  // Without agreement nothing is entered.
  await key(v, { 'box-A1': '2', 'box-H1': '1', 'box-H3': '3', 'box-H4': '1', 'text-S5': 'She does not know of this.' });
  assert.match(await v.page.locator('#fault-H3').innerText(), /did not agree/);
  await v.go(batch);
  const rows = await v.page.locator('tbody tr').allInnerTexts();
  assert.equal(rows.length, 4);
  assert.equal(rows.filter(r => /Sex workers/.test(r)).length, 3, 'three people');
  assert.equal(rows.filter(r => /summaries of what several people said/.test(r)).length, 1, 'and one summary');
  assert.match(await v.text(), /4 of 4 keyed/);
  await until('the forms to be found', async () => {
    await v.go(`/staff/${id}/search?q=causeway&ch=assisted`);
    return await v.page.locator('.hits > li').count() === 2;
  });
  await v.leave(t);
});

test('late forms are told by their postmark, and count by one rule', async t => {
  const v = await Visitor.arrive(browser, desk, false), queue = `/staff/${over}/keying`; // it ended on 31 March 2025
  await v.signIn('officer', queue);
  for (const [posted, late, words] of [['31 3 2025', false, 'Posted in time.'], ['1 4 2025', true, 'Posted a day late.']]) {
    await v.go(queue);
    await type(v, { received: '4 4 2025', posted, expected: '1' });
    await enter(v, 'Open the batch');
    assert.equal(/This batch came after the end/.test(await v.text()), late, posted);
    const batch = v.address;
    await enter(v, 'Key the next form');
    await key(v, { 'text-Q1': words });
    await v.go(batch);
    await v.follow('Form 1', v.main.locator('table'));
    assert.match(await v.text(), late ? /Came by\s*Paper, after the end/ : /Came by\s*Paper\n/);
  }
  await v.go(queue);
  assert.equal(await v.page.getByText('Late', { exact: true }).count(), 1, 'one batch is marked');
  assert.match(await v.text(), /Forms that came after the end: 1\. They count, and are marked/);
  await v.go(`/staff/${over}/report`);
  assert.match(await v.text(), /All submissions\s*2[^]*from another tool that came after the end: fewer than 5\. They are counted like those that came in time/);
  await v.leave(t);
});

test('a letter and a spreadsheet', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer', at);
  const batch = await open(v, '1');
  await enter(v, 'Key a letter that ignores the questions');
  await v.page.locator('#file').setInputFiles({ name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('The quay is dark.') });
  await key(v, { 'text-C10': 'Dear council, the quay is dark.' });
  assert.match(await outcome(v), /Form 1 is saved/);
  await v.go(batch);
  assert.match(await v.text(), /letter, taken to C10/);

  await v.go(`/staff/${id}/import`);
  const rows = ['Ref,C1,Comments', 'r1,Agree,The lamps are out.', 'r2,Perhaps,They are on.'];
  await v.page.locator('#file').setInputFiles({ name: 'export.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await v.press('Go on');
  assert.equal(await v.page.locator('#C1').inputValue(), 'C1', 'a column whose name says it is chosen');
  await v.page.locator('#C6').selectOption('Comments');
  await v.page.locator('[id="-id"]').selectOption('Ref');
  await v.press('Try it');
  assert.match(await v.text(), /column “C1”: expected/);
  assert.equal(await v.page.locator('#C6').inputValue(), 'Comments', 'what was chosen stays');
  await v.page.getByLabel(/Keep these columns/).fill('Our tool');
  await v.press('Keep the columns');
  await v.press('Import 1 response');
  assert.match(await v.text(), /Imported/);
  await v.page.locator('#file').setInputFiles({ name: 'export.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await v.press('Go on');
  await v.follow('Our tool');
  await v.press('Try it');
  assert.match(await v.text(), /there already\s*1/);
  await v.press('Delete the file without importing');
  await v.leave(t);
});
