// A resident answers on an old phone, and at a desk, with and without scripts.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, id, launch, phone, Visitor, zoomed } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const said = 'Cars circle past our door at night and we find condoms by the school gate. Please send somebody to clean up in the mornings.';

const answers = {
  A1: { options: ['self'] }, A2: { options: ['live_here'] }, A3: { options: ['northgate'] },
  B1: { options: ['most_weeks'] }, B2: { options: ['cars', 'litter'] },
  C1: { options: ['agree'] }, C3: { options: ['disagree'] }, C6: { text: said }, G1: { options: ['yes'] },
};

/** Goes from the start page to the third question with Tab, Space and Enter alone. */
async function byKeyboard(v) {
  const { keyboard } = v.page;
  const choose = async value => {
    await v.tabTo('input[name=answer]');
    const radio = await v.page.locator('input[name=answer]').first().getAttribute('type') === 'radio';
    while (!(await v.page.evaluate(wanted => document.activeElement.value === wanted, value))) await keyboard.press(radio ? 'ArrowDown' : 'Tab');
    if (!(await v.page.evaluate(() => document.activeElement.checked))) await keyboard.press('Space');
    await v.tabTo('main form button');
    await v.turn(() => keyboard.press('Enter'));
  };
  await v.go('/' + id);
  await v.tabTo('.skip');
  await keyboard.press('Enter');
  await v.tabTo('main a.go');
  await v.turn(() => keyboard.press('Enter'));
  assert.equal(v.step, 'A1');
  for (const step of ['A1', 'A2', 'A3']) {
    assert.equal(v.step, step);
    await choose(answers[step].options[0]);
  }
}

async function journey(v) {
  await v.go('/');
  await v.follow(/have your say/);
  assert.equal(v.address, '/' + id);
  const decision = (await v.text()).match(/The decision is planned for (.+?\d{4})\./)[1];
  assert.deepEqual(await v.cookies(), [], 'cookies before a response was started');

  const from = v.pages.length;
  await byKeyboard(v);
  assert.ok(v.pages.length - from <= 6, 'how often is asked within six pages of the start page');
  assert.equal(v.step, 'B1');
  assert.equal((await v.cookies()).length, 1, 'cookies while answering');

  // Back, both ways, and forward again: nothing is lost.
  await v.fill(answers.B1);
  await v.proceed();
  await v.follow('Back');
  assert.ok(await v.page.getByLabel('Most weeks').isChecked(), 'Back keeps the answer');
  await v.follow('Back');
  assert.ok(await v.page.getByLabel('Northgate').isChecked(), 'Back keeps the answer before');
  await v.back();
  assert.equal(v.step, 'B1');
  assert.ok(await v.page.getByLabel('Most weeks').isChecked(), "the browser's Back keeps the answer");
  await v.answer(answers, 'B6');

  // Too long a text is kept, and the summary leads to it.
  const long = 'It keeps us awake. '.repeat(200).trim();
  await v.fill({ text: long });
  await v.proceed();
  assert.equal(v.step, 'B6');
  assert.match(await v.page.title(), /^Error:/);
  assert.ok(await v.page.locator('#answer').inputValue() === long, 'what was typed is kept');
  const summary = v.page.getByRole('alert');
  assert.match(await summary.innerText(), /There is a problem/);
  await summary.getByRole('link').click();
  assert.ok(await v.page.locator('#answer').evaluate(e => e === document.activeElement), 'the summary leads to the field');
  await v.fill({ text: 'It keeps us awake.' });
  await v.proceed();

  await v.answer(answers, 'C3');
  assert.match(await v.page.locator('#rule').innerText(), /Being abusive/, 'the rule stands beside the question about it');
  await v.answer(answers);

  const row = name => v.page.locator('#' + name);
  assert.match(await row('C3').innerText(), /Disagree/);
  assert.match(await row('C6').innerText(), /school gate/);
  for (const skipped of ['B3', 'C4', 'C10']) assert.match(await row(skipped).innerText(), /Not provided/);

  // Changing one answer leads back to all of them.
  await v.follow(/Change/, row('C5'));
  await v.fill({ options: ['three_years'] });
  await v.proceed();
  assert.equal(v.step, 'check');
  assert.match(await row('C5').innerText(), /3 years/);

  await v.press('Send my answers');
  assert.equal(v.address, `/${id}/receipt`);
  assert.match(await v.text(), new RegExp(`The council plans to decide on ${decision}`));
  assert.equal(await v.page.locator('.words li').count(), 12);
  assert.deepEqual(await v.cookies(), [], 'cookies after sending');

  const heavy = v.pages.filter(p => p.bytes >= 30_000);
  assert.deepEqual(heavy, [], 'pages of 30 KB or more');
  assert.ok(v.received < 250_000, `the whole journey took ${v.received} bytes`);
}

for (const [name, screen, scripts] of [
  ['on a phone, scripts off', phone, false],
  ['on a phone, scripts on', phone, true],
  ['at a desk, scripts off', desk, false],
  ['at a desk, scripts on', desk, true],
  ['at 400 % zoom', zoomed, false],
]) {
  test(`a resident answers ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await journey(v);
    t.diagnostic(`${v.pages.length} pages, ${v.received} bytes, the largest ${Math.max(...v.pages.map(p => p.bytes))}`);
    await v.leave();
  });
}
