// A resident answers on an old phone, and at a desk, with and without scripts.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { everywhere, id, launch, phone, until, Visitor, zoomed } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const said = 'Cars circle past our door at night and we find condoms by the school gate. Please send somebody to clean up in the mornings.';

const answers = {
  A1: { options: ['self'] }, A2: { options: ['live_here'] }, A3: { options: ['northgate'] },
  B1: { options: ['most_weeks'] }, B2: { options: ['cars', 'litter'] },
  C1: { options: ['agree'] }, C3: { options: ['disagree'] }, C6: { text: said }, G1: { options: ['yes'] },
};

/** Goes from the start page past the third question with Tab, Space and Enter alone. */
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
  assert.deepEqual(await v.page.evaluate(() => {
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
    return [document.activeElement.id, outlineStyle, boxShadow];
  }), ['main', 'none', 'none'], 'the page is not framed when the skip link has led to it');
  await v.tabTo('main a.go');
  await v.turn(() => keyboard.press('Enter'));
  assert.equal(v.address, `/${id}/respond`, 'how to leave in a hurry is told before the first question');
  assert.match(await v.text(), /Exit this page/);
  assert.deepEqual(await v.cookies(), [], 'cookies before a response was started');
  await v.tabTo('main form button');
  await v.turn(() => keyboard.press('Enter'));
  assert.equal(v.step, 'A1');
  for (const step of ['A1', 'A2', 'A3']) {
    assert.equal(v.step, step);
    await choose(answers[step].options[0]);
  }
}

/** Answers the equality questions, or refuses them; either way the receipt comes next. */
async function equality(v, willing) {
  assert.equal(v.address, `/${id}/respond/equality`);
  assert.match(await v.text(), /kept apart/);
  if (!willing) return v.follow('No, finish');
  await v.follow('Answer these questions');
  for (const choice of ['45 to 64', 'No religion']) await v.page.getByLabel(choice).check();
  await v.press('Finish');
}

async function journey(v, willing) {
  await v.go('/');
  await v.follow(/Station Parade.*have your say/);
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

  await v.send();
  await equality(v, willing);
  assert.equal(v.address, `/${id}/receipt`);
  const receipt = await v.text();
  assert.match(receipt, new RegExp(`The council plans to decide on ${decision}`));
  assert.match(receipt, /The consultation closes on/);
  assert.equal((await v.words()).length, 12);
  assert.deepEqual(await v.cookies(), [], 'cookies after sending');
  await v.page.getByText('What you sent').click();
  assert.match(await v.page.locator('.copy').innerText(), /school gate/, 'a copy of the answers, once');
  assert.ok(v.received < 250_000, `the whole journey took ${v.received} bytes`);

  await v.reload();
  assert.equal(await v.page.locator('.words, .copy').count(), 0, 'the receipt is shown once');
}

for (const [name, screen, scripts] of [...everywhere, ['at 400 % zoom', zoomed, false]]) {
  test(`a resident answers ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await journey(v, scripts);
    await v.leave(t);
  });
}

test('what is typed is kept without pressing anything, where scripts run', async t => {
  const v = await Visitor.arrive(browser, phone, true);
  await v.answerForExit();
  await v.start();
  await v.give({ A1: answers.A1 });
  await v.go(`/${id}/respond/B6`);
  const kept = v.page.waitForResponse(r => r.request().method() === 'POST' && r.status() === 204);
  await v.fill({ text: 'Cars circle past our door' });
  await kept;
  await v.reload();
  assert.equal(await v.page.locator('#answer').inputValue(), 'Cars circle past our door', 'after a while');

  // Whoever goes away from the page at once loses nothing either.
  await v.fill({ text: 'Cars circle past our door at night' });
  await v.go('/privacy');
  await until('the last words to be kept', async () => {
    await v.go(`/${id}/respond/B6`);
    return await v.page.locator('#answer').inputValue() === 'Cars circle past our door at night';
  });

  // What is left to write is counted near the end only.
  const left = v.page.locator('#left');
  assert.equal(await left.isVisible(), false);
  await v.fill({ text: '🌙'.repeat(2990) });
  await left.filter({ hasText: /left: 10$/ }).waitFor();
  await v.follow('Exit this page');
  await v.leave(t);
});

test('a resident answers on an old phone in Urdu, from right to left', async t => {
  const v = await Visitor.arrive(browser, phone, true, 'ur-PK');
  await v.go('/');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'ur', 'the language that the browser prefers');
  await v.start();
  for (let steps = 0; v.step !== 'check'; steps++) {
    assert.ok(steps < 60);
    assert.equal(await v.page.evaluate(() => getComputedStyle(document.querySelector('main')).direction), 'rtl', v.address);
    const [exit, back] = await Promise.all([v.page.locator('a.exit').boundingBox(), v.page.locator('a.back').boundingBox()]);
    assert.ok(exit.x < 160, 'the way out is at the end of the line, on the left');
    assert.ok(back.x + back.width > 160, 'the way back is at its beginning, on the right');
    await v.fill(answers[v.step]);
    await v.proceed();
  }
  assert.match(await v.page.locator('#C6').innerText(), /school gate/);
  await v.send();
  await v.turn(() => v.page.locator('main a.quiet').click());
  assert.equal(await v.page.locator('html').getAttribute('dir'), 'rtl');
  const words = await v.words();
  assert.equal(words.length, 12);
  for (const w of words) assert.match(w, /^[a-z]+$/, 'the words are the same in every language');
  await v.leave(t);
});
