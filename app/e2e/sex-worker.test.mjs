// A sex worker answers on a phone that is not hers alone: she has to leave in
// the middle, comes back later and does not want to be quoted.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, exitTo, id, launch, phone, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const word = 'quillwort'; // stands in no other answer
const telling = /sex|prostitut|street|police|parade|harbour/i;
const said = `Since the patrols began we wait in the dark near the ${word}, with no time to look at who is driving.`;

const answers = {
  A1: { options: ['self'] }, A2: { options: ['sex_work'] }, S1: { options: ['less_time', 'less_safe'] }, S2: { options: ['much_less_safe'] },
  S5: { text: said }, C1: { options: ['strongly_disagree'] }, G1: { options: ['no'] },
};

/** Every address and title that Back and the history of this window know. */
async function history(v) {
  const { entries } = await v.cdp.send('Page.getNavigationHistory');
  return entries.map(e => `${e.url} ${e.title}`);
}

async function exits(v) {
  await v.start();
  await v.answer(answers, 'C1');
  await v.fill(answers.C1);
  const key = await v.cookies();
  assert.equal(key.length, 1);
  await v.follow('Exit this page');
  assert.equal(v.page.url(), exitTo);
  assert.deepEqual(await v.cookies(), [], 'cookies after leaving');
  for (const entry of await history(v)) assert.doesNotMatch(entry, telling, 'the history is neutral');

  // Back, page by page, shows nothing of what was answered.
  for (let i = 0; i < 6; i++) {
    await v.back();
    const page = v.page.locator('body');
    assert.match(await page.innerText(), /Your answers are no longer here/);
    assert.doesNotMatch(await v.page.content(), new RegExp(word));
    assert.equal(await page.locator(':checked').count(), 0, 'nothing is ticked');
  }
  // Even with the cookie put back there is nothing to open: the draft is gone.
  await v.context.addCookies(key);
  await v.go(`/${id}/respond/S5`);
  assert.match(await v.text(), /Your answers are no longer here/);
  assert.doesNotMatch(await v.page.content(), new RegExp(word));
  await v.context.clearCookies();
}

async function finishes(v) {
  await v.start();
  assert.equal(v.step, 'A1');
  assert.equal(await v.page.locator(':checked').count(), 0, 'nothing is carried over');
  await v.answer(answers, 'G1');
  assert.deepEqual(v.pages.filter(p => /\/(A3|B\d)$/.test(p.address)), [], 'she is not asked where or when');
  await v.answer(answers);
  const key = await v.cookies();
  await v.press('Send my answers');
  assert.doesNotMatch(await v.text(), /sex/i, 'the receipt does not say who it is for');
  const words = await v.page.locator('.words li').allInnerTexts();
  assert.equal(words.length, 12);
  assert.deepEqual(await v.cookies(), [], 'cookies after sending');

  await v.reload();
  assert.equal(await v.page.locator('.words').count(), 0, 'the words are shown once');
  await v.context.addCookies(key);
  await v.reload();
  assert.equal(await v.page.locator('.words').count(), 0, 'the words are shown once, whoever kept the cookie');
  await v.context.clearCookies();
  for (const w of words) assert.doesNotMatch(await v.text(), new RegExp(`^${w}$`, 'm'));

  // The code tells what became of the answers, and never what they were.
  await v.page.getByLabel('Enter your code of twelve words').fill('not a code of ours');
  await v.press('Check');
  assert.ok(await v.page.getByRole('alert').isVisible(), 'a wrong code is refused in words');
  await v.page.getByLabel('Enter your code of twelve words').fill(words.join(' '));
  await v.press('Check');
  const state = await v.page.locator('main').innerText();
  assert.match(state, /Your answers are held and counted/);
  assert.match(state, /No words of yours stand in the report/);
  assert.doesNotMatch(await v.page.content(), new RegExp(word));
  for (const entry of await history(v)) assert.doesNotMatch(entry, telling, 'the history is neutral');
}

for (const [name, screen, scripts] of [['on a phone, scripts off', phone, false], ['on a phone, scripts on', phone, true], ['at a desk, scripts on', desk, true]]) {
  test(`a sex worker leaves, comes back and finishes ${name}`, async () => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.answerForExit();
    await exits(v);
    await finishes(v);
    await v.leave();
  });
}

test('officers find her words, councillors do not', async () => {
  const [officer, councillor] = await Promise.all([Visitor.arrive(browser, desk, false), Visitor.arrive(browser, desk, false)]);
  const search = `/staff/${id}/search?q=${word}`;
  await officer.signIn('officer');
  await until('her words to be found', async () => {
    await officer.go(search);
    return await officer.page.locator('mark').count() >= 3;
  });
  await councillor.signIn('councillor');
  await councillor.go(search);
  assert.match(await councillor.text(), /Nothing matches/);
  await Promise.all([officer.leave(), councillor.leave()]);
});
