// A consultation that asks every kind of question, answered with mistakes.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, everyKind, launch, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Sends an answer that is refused in these words, beside the field; what was typed stays. */
async function refused(v, answer, words) {
  const at = v.step;
  await v.fill(answer);
  await v.proceed();
  assert.equal(v.step, at);
  assert.match(await v.page.title(), /^Error:/);
  assert.match(await v.page.locator('.fault').innerText(), words);
  const summary = v.page.getByRole('alert');
  assert.match(await summary.innerText(), words);
  if (v.scripts) assert.ok(await summary.evaluate(e => e === document.activeElement), 'the summary has the focus, to be read out');
  await summary.getByRole('link').click();
  assert.ok(await v.page.evaluate(() => document.querySelector('.field').contains(document.activeElement)), 'the summary leads to the field');
}

async function accepted(v, answer, next) {
  await v.fill(answer);
  await v.proceed();
  assert.equal(v.step, next, await v.text());
}

for (const [name, screen, scripts] of both) {
  test(`every kind of question ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    const box = what => v.page.locator(`[name=answer][value=${what}]`);
    const typed = () => v.page.locator('[name=text]').inputValue();
    await v.start(everyKind);
    assert.equal(v.step, 'K0');
    await v.proceed();
    await accepted(v, { options: ['often'] }, 'K2');

    await refused(v, { options: ['books', 'nothing'] }, /Choose “Nothing” on its own/);
    await box('nothing').uncheck();
    await accepted(v, { options: ['other'], text: 'The <b>talks</b> & tea' }, 'K3');

    assert.ok(await v.page.getByLabel(/Where do you live/).evaluate(e => e.localName === 'select'), 'many places are a list');
    await accepted(v, { options: ['larkrise'] }, 'K4');

    // A date.
    await refused(v, { date: { day: '31', month: '2', year: '2026' } }, /Enter a real date/);
    assert.equal(await v.page.getByLabel('Day').inputValue(), '31', 'what was typed stays');
    await refused(v, { date: { day: 'next', month: 'week', year: '' } }, /Enter a real date/);
    assert.equal(await v.page.getByLabel('Month').inputValue(), 'week'.slice(0, 2));
    await refused(v, { date: { day: '1', month: '3', year: '1999' } }, /from 1 January 2020 to 31 December 2098/);
    await refused(v, { date: { day: '1', month: '3', year: '2026' }, options: ['not_sure'] }, /not both/);
    await box('not_sure').uncheck();
    await accepted(v, { date: { day: '1', month: '3', year: '2026' } }, 'K5');

    // A number.
    await refused(v, { text: 'ten' }, /Enter a whole number, in figures/);
    assert.equal(await typed(), 'ten');
    await refused(v, { text: '601' }, /600 or less/);
    await refused(v, { text: '-1' }, /0 or more/);
    await accepted(v, { text: '' }, 'K6');
    await v.follow('Back');
    await accepted(v, { text: '۲۵' }, 'K6'); // in the figures of Urdu

    // An order.
    await refused(v, { ranks: { evening: '1', sunday: '1' } }, /Give each place to one answer only/);
    assert.equal(await v.page.getByLabel('Open on Sunday').inputValue(), '1', 'what was chosen stays');
    await refused(v, { ranks: { sunday: '2' }, options: ['none'] }, /on its own|not both/);
    await box('none').uncheck();
    await accepted(v, { ranks: { sunday: '2' } }, 'K7');
    await v.follow('Back');
    assert.equal(await v.page.getByLabel('Open in the evening').inputValue(), '1', 'Back keeps the order');

    // The pages can be read in another language on the way, and nothing is lost.
    await v.fill({ ranks: { staff: '3' } });
    await v.speak('ro');
    assert.equal(v.step, 'K6');
    assert.match(await v.text(), /Această întrebare nu a fost încă tradusă/, 'what is not translated says so');
    assert.equal(await v.page.locator('h1 [lang=en]').count(), 1, 'and is marked as English');
    assert.equal(await v.page.locator('[name=rank-staff]').inputValue(), '3');
    await v.speak('en');
    await accepted(v, {}, 'K7');

    // Words.
    await refused(v, { text: 'A'.repeat(121) }, /120 characters or fewer. You have 1 too many/);
    assert.equal((await typed()).length, 121);
    await accepted(v, { text: '', options: ['not_sure'] }, 'K8');
    await refused(v, { text: 'We could come together.', options: ['prefer_not'] }, /not both/);
    await box('prefer_not').uncheck();
    await accepted(v, { text: 'We could come together.\n\n<script>alert(1)</script>' }, 'K9');

    // A document.
    await v.page.locator('#answer').setInputFiles([{ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('Sunday\nMonday') }]);
    await v.press('Upload');
    assert.equal(await v.page.locator('.attached li').count(), 1);
    await accepted(v, {}, 'K10');

    // The one question that has to be answered.
    await refused(v, {}, /Choose an answer/);
    await accepted(v, { options: ['yes'] }, 'K11');
    await accepted(v, { options: ['no'] }, 'check');

    const row = question => v.page.locator(`#${question} dd`).first().innerText();
    for (const [question, says] of [['K1', /Every week/], ['K2', /Borrowing books.*Something else.*The <b>talks<\/b> & tea/s], ['K3', /Larkrise/], ['K4', /1 March 2026/], ['K5', /25/],
      ['K6', /1\. Open in the evening.*2\. Open on Sunday.*3\. Somebody at the desk/s], ['K7', /I'm not sure/], ['K8', /We could come together\.\s+<script>/], ['K9', /txt|text/i], ['K10', /Yes/]]) {
      assert.match(await row(question), says, question);
    }
    await v.send();
    await v.follow('Answer these questions');
    await v.press('Finish'); // and none of them answered
    assert.equal((await v.words()).length, 12);
    await v.page.getByText('What you sent').click();
    assert.match(await v.page.locator('.copy').innerText(), /1\. Open in the evening/);
    await v.leave(t);
  });
}
