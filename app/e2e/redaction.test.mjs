// Officers decide what is taken out of answers, with scripts and without, and a
// second one approves.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, id, launch, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;
const notice = v => v.page.locator('.notice').innerText();

/** Sends a response and returns the address at which it is redacted. */
async function told(v, officer, text) {
  await v.start();
  await v.give({ A1: { options: ['self'] }, A2: { options: ['live_here'] }, C6: { text }, G1: { options: ['yes'] } });
  await v.send();
  await v.context.clearCookies();
  const word = text.split(' ').at(-1).replace('.', '');
  await until('the answer to be found', async () => {
    await officer.go(`${at}/search?q=${word}`);
    return await officer.page.locator('.hits h3 a').count() > 0;
  });
  await officer.turn(() => officer.page.locator('.hits h3 a').first().click());
  await officer.follow('Decide what is taken out');
}

for (const [name, screen, scripts] of both) {
  test(`two officers redact an answer ${name}`, async t => {
    const resident = await Visitor.arrive(browser, screen, scripts);
    const first = await Visitor.arrive(browser, screen, scripts);
    await first.signIn('officer', `${at}/redactions`);
    assert.match(await first.text(), /Not checked yet/);
    const landmark = `Zanzibarquay${screen.width}`;
    await told(resident, first, `I am a resident. My neighbour Anna Smith rings 07700 900123 and old bluehat waits. Tell Mrs Okonkwo at the town hall about ${landmark.toLowerCase()}.`);
    const here = first.address, { page } = first;
    const original = page.locator('.original').first(), read = page.locator('.sides > div:nth-child(2)').first();
    const number = words => page.locator('.item', { hasText: words });
    assert.match(await original.innerText(), /Anna Smith/);
    assert.doesNotMatch(await read.innerText(), /Anna|900123|Okonkwo/);

    await first.press(/^Accept all that are sure/);
    assert.match(await notice(first), /Kept/);
    assert.match(await number('Anna Smith').innerText(), /Taken out by officer@demo.example/);

    // Words of one's own: a standpoint is refused, and what was typed stays.
    const more = () => page.locator('summary', { hasText: 'Take out other words' }).click();
    await more();
    await page.getByLabel('Words, as they stand in the answer').fill('a resident');
    await first.press('Save', page.locator('.saver'));
    assert.match(await page.locator('.problem[role=alert]').innerText(), /not taken out/);
    assert.equal(await page.getByLabel('Words, as they stand in the answer').inputValue(), 'a resident');
    await page.locator('.problem[role=alert] a').click();
    if (scripts) {
      await page.evaluate(() => {
        const node = [...document.querySelector('.original').childNodes].find(n => n.textContent.includes('old bluehat'));
        const range = document.createRange(), from = node.textContent.indexOf('old bluehat');
        range.setStart(node, from);
        range.setEnd(node, from + 11);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
      });
      await page.getByRole('button', { name: 'Take the selected words' }).click();
      assert.equal(await page.getByLabel('Words, as they stand in the answer').inputValue(), 'old bluehat');
    } else {
      await page.getByLabel('Words, as they stand in the answer').fill('old bluehat');
    }
    await page.getByLabel(/^What it is, in answer/).selectOption('detail');
    await page.getByLabel('Put in their place').fill('a man');
    await first.press('Save', page.locator('.saver'));
    assert.match(await read.innerText(), /and \[a man\] waits/);

    // Refused, with a reason: somebody else has to look. Everything is decided first.
    const refuse = number('Okonkwo').locator('[name=do]');
    await refuse.selectOption({ label: 'another reason' });
    await first.press(/^I have read it all/);
    assert.match(await page.locator('.problem[role=alert]').innerText(), /Say why/);
    assert.equal(await refuse.inputValue(), 'other', 'the choice stays');
    await refuse.selectOption('public_figure');
    if (await page.getByRole('button', { name: /^Leave all that are doubtful/ }).count()) await first.press(/^Leave all that are doubtful/);
    else await first.press('Save', page.locator('.saver'));
    assert.match(await read.innerText(), /Mrs Okonkwo/);
    await first.press(/^I have read it all/);
    await first.go(here);
    assert.match(await first.text(), /Waits for a second person[^]*Another officer has to approve/);
    await first.press(/^I have read it all/);
    assert.match(await page.locator('.problem[role=alert]').innerText(), /another officer has to approve/);

    // Meanwhile a second one opened it, who saves after the first changed it.
    const second = await Visitor.arrive(browser, screen, scripts);
    await second.signIn('second', here);
    assert.match(await second.text(), /officer@demo.example has this open, too/);
    await second.page.locator('.item', { hasText: 'Anna Smith' }).locator('[name=do]').selectOption('public_body');
    await number('Okonkwo').locator('[name=do]').selectOption('accept');
    await first.press('Save', page.locator('.saver'));
    await second.press('Save', second.page.locator('.saver'));
    assert.match(await second.text(), /What others decided meanwhile[^]*Taken out by officer@demo.example/);
    assert.equal(await second.page.locator('.item', { hasText: 'Anna Smith' }).locator('[name=do]').inputValue(), 'public_body', 'what the second chose is still there');
    await second.page.locator('.item', { hasText: 'Anna Smith' }).locator('[name=do]').selectOption('accept');
    await second.page.locator('.item', { hasText: 'Okonkwo' }).locator('[name=do]').selectOption('public_figure');
    await second.press(/^I have read it all/);

    // The first approves what the second checked, by way of the queue.
    await first.go(here);
    await first.press(/^Approve and go on/);
    await first.go(here);
    assert.match(await first.text(), /Checked[^]*Approved by officer@demo.example/);
    await first.go(`${at}/redactions`);
    await first.follow('What was left in, and why');
    assert.match(await first.text(), /already public, about a public figure/);
    assert.doesNotMatch(await first.text(), /Okonkwo/);

    // What is read elsewhere is what was decided.
    await first.go(here.replace('/redact', ''));
    assert.match(await first.text(), /Mrs Okonkwo/);
    assert.doesNotMatch(await first.text(), /Anna Smith|bluehat/);

    // The next is handed out.
    await first.go(`${at}/redactions`);
    await first.press('Check the next');
    assert.match(first.address, /\/redact$/);
    await first.page.emulateMedia({ media: 'print' });
    assert.ok(!await page.locator('.saver').isVisible(), 'nothing to press on paper');
    for (const v of [resident, first, second]) await v.leave(t);
  });
}

test('an officer redacts with the keyboard', async t => {
  const [, [, screen]] = both;
  const resident = await Visitor.arrive(browser, screen, false), v = await Visitor.arrive(browser, screen, true);
  await v.signIn('officer', `${at}/redactions`);
  await told(resident, v, 'I am 34, a Romanian nurse with a limp. Ask Anna Smith or Kevin Jones, on 07700 900456, about keyboardquay.');
  const { page } = v;
  const decisions = () => page.locator('.item [name=do]').evaluateAll(all => all.map(e => e.value));
  const all = (await decisions()).length;
  assert.ok(all >= 3, `${all} to decide`);
  await page.keyboard.press('a');
  assert.deepEqual(await decisions(), Array(all).fill(''), 'nothing is decided before one has the focus');
  await page.keyboard.press('n');
  assert.equal(await page.evaluate(() => document.activeElement.value), 1);
  await page.keyboard.press('a');
  await page.keyboard.press('x');
  await page.keyboard.press('p');
  assert.deepEqual((await decisions()).slice(0, 3), ['accept', 'not_identifier', '']);

  // No key does anything while somebody writes.
  await page.locator('summary', { hasText: 'Take out other words' }).click();
  await page.getByLabel('Words, as they stand in the answer').focus();
  await page.keyboard.type('axnps');
  assert.deepEqual((await decisions()).slice(0, 3), ['accept', 'not_identifier', '']);
  await page.getByLabel('Words, as they stand in the answer').fill('');
  await page.locator('.item').first().focus();
  await v.turn(() => page.keyboard.press('s'));
  assert.deepEqual((await decisions()).slice(0, 2), ['accept', 'not_identifier'], 'what was decided is kept');
  await page.locator('summary', { hasText: 'Keys' }).click();
  await v.look();

  // A mix of details has to be answered.
  await v.press(/^Accept all that are sure/);
  await v.turn(() => page.keyboard.press('d'));
  assert.match(await page.locator('.problem[role=alert]').innerText(), /Decide on everything/);
  await page.getByLabel(/^What about it/).selectOption('other');
  await page.getByLabel(/^Because/).fill('Many nurses here are.');
  if (await page.getByRole('button', { name: /^Leave all that are doubtful/ }).count()) await v.press(/^Leave all that are doubtful/);
  await page.getByLabel('Keys off').check();
  await v.press(/^I have read it all/);
  assert.match(await notice(v), /Kept/);
  assert.match(v.address, /keys=off/, 'off for the next, too');
  await page.keyboard.press('n');
  assert.ok(await page.evaluate(() => !document.activeElement.matches('.item')));
  await v.leave(t);
  await resident.leave(t);
});
