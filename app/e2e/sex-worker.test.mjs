// A sex worker answers on a phone that is not hers alone. She comes by an
// outreach card, in Romanian, has to leave in the middle, comes back later and
// does not want to be quoted.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, everywhere, exitTo, id, launch, phone, telling, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const word = 'quillwort'; // stands in no other answer
const said = `De când au început patrulele așteptăm pe întuneric lângă ${word} și nu avem timp să vedem cine conduce.`;
// In the language of the phone: the one she chose is forgotten with the rest.
const gone = /Your answers are no longer here/;

const answers = {
  S1: { options: ['less_time', 'less_safe'] }, S2: { options: ['much_less_safe'] }, S5: { text: said },
  C1: { options: ['strongly_disagree'] }, G1: { options: ['no'] },
};

/** Every address and title that Back and the history of this window know. */
async function history(v) {
  const { entries } = await v.cdp.send('Page.getNavigationHistory');
  return entries.map(e => `${e.url} ${e.title}`);
}

/** Comes by the card and chooses Romanian before the first question. */
async function arrives(v) {
  await v.go(`/${id}/c/fern`);
  assert.match(await v.text(), /You can leave at any time/);
  assert.doesNotMatch(await v.text(), /sex|log in|sign in|password/i, 'the card says nothing about who holds it');
  await v.follow('Română');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'ro');
  assert.ok(await v.page.getByRole('link', { name: 'Ieșire rapidă' }).isVisible());
  await v.press('Continuați', v.main);
  assert.equal(v.step, 'S0', 'nobody has to tick on this screen what the card says');
}

/** Leaves in the way given, and finds that nothing stayed. */
async function leaves(v, how) {
  await arrives(v);
  await v.answer(answers, 'C1');
  for (const page of v.pages.slice(2)) assert.doesNotMatch(page.address, /\/(A\d|B\d)$/, 'she is not asked where or when');
  await v.fill(answers.C1);
  if (!v.scripts) {
    for (let i = 0; i < 3; i++) await v.page.keyboard.press('Escape');
    assert.equal(v.step, 'C1', 'without scripts there is the link alone');
  }
  const key = await v.cookies();
  assert.equal(key.length, 1);
  await v.turn(how);
  assert.equal(v.page.url(), exitTo);
  assert.equal(await v.page.locator('h1').innerText(), 'Rain later');
  assert.deepEqual(await v.cookies(), [], 'cookies after leaving');
  for (const entry of await history(v)) assert.doesNotMatch(entry, telling, 'the history is neutral');

  // Back, page by page, shows nothing of what was answered.
  for (let i = 0; i < 5; i++) {
    await v.back();
    assert.match(v.address, /\/respond\/(C1|S\d)$/);
    assert.match(await v.text(), gone);
    assert.doesNotMatch(await v.page.content(), new RegExp(word));
    assert.equal(await v.page.locator(':checked').count(), 0, 'nothing is ticked');
  }
  // Even with the cookie put back there is nothing to open: the draft is gone.
  await v.context.addCookies(key);
  await v.go(`/${id}/respond/S5`);
  assert.equal(await v.page.locator('form').count(), 0);
  assert.doesNotMatch(await v.page.content(), new RegExp(word));
  await v.context.clearCookies();
}

async function finishes(v) {
  await arrives(v);
  for (let steps = 0; v.step !== 'check'; steps++) {
    assert.ok(steps < 20);
    assert.equal(await v.page.locator(':checked').count(), 0, 'nothing is carried over');
    assert.equal(await v.page.locator('[value=save]').count(), 0, 'nothing is saved on this path');
    await v.fill(answers[v.step]);
    await v.proceed();
  }
  assert.match(await v.page.locator('#S5').innerText(), new RegExp(word));
  assert.equal(await v.page.locator('#A1, #A2').count(), 0, 'what the card answered is not spelt out');
  assert.doesNotMatch(await v.text(), /lucrăt.* sexual|vând sex/i);
  const key = await v.cookies();
  await v.send();
  assert.equal(v.address, `/${id}/receipt`, 'no equality questions on this path');
  const receipt = await v.text();
  assert.doesNotMatch(receipt, /sex/i, 'the receipt does not say who it is for');
  assert.doesNotMatch(await v.page.content(), new RegExp(word), 'no copy of the answers on this path');
  assert.equal(await v.page.locator(`a[href*="/result"]`).count(), 0, 'no address is asked for on this path');
  const words = await v.words();
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
  await v.go(`/${id}/receipt?lang=ro`);
  await v.page.locator('#code').fill(words.join(' '));
  await v.press('Verificați', v.main);
  assert.match(await v.text(), /Răspunsurile dumneavoastră sunt păstrate și numărate/);
  assert.match(await v.text(), /În raport nu apar cuvintele dumneavoastră/);
  assert.doesNotMatch(await v.page.content(), new RegExp(word));
  assert.doesNotMatch(await v.text(), /sex/i);
  for (const entry of await history(v)) assert.doesNotMatch(entry, telling, 'the history is neutral');
}

for (const [name, screen, scripts] of everywhere) {
  test(`a sex worker leaves, comes back and finishes ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.answerForExit();
    await leaves(v, () => v.page.getByRole('link', { name: 'Ieșire rapidă' }).click());
    await finishes(v);
    await v.leave(t);
  });
}

test('a sex worker leaves by pressing Escape three times', async t => {
  const v = await Visitor.arrive(browser, phone, true);
  await v.answerForExit();
  await leaves(v, async () => {
    const { keyboard } = v.page;
    await keyboard.press('Escape');
    await keyboard.press('Tab');
    await keyboard.press('Escape');
    await keyboard.press('Escape');
    assert.equal(v.step, 'C1', 'three times in a row are needed');
    await keyboard.press('Escape');
  });
  await v.leave(t);
});

test('officers find her words, councillors nothing before the end', async t => {
  const [officer, councillor] = await Promise.all([Visitor.arrive(browser, desk, false), Visitor.arrive(browser, desk, false)]);
  const search = `/staff/${id}/search?q=${word}`;
  await officer.signIn('officer');
  await until('her words to be found', async () => {
    await officer.go(search);
    return await officer.page.locator('mark').count() >= everywhere.length;
  });
  await councillor.signIn('councillor');
  await councillor.go(search);
  const shown = await councillor.text();
  assert.match(shown, /once the consultation has closed/);
  assert.doesNotMatch(shown, /Nothing matches|answers? found/);
  assert.equal(await councillor.page.locator('.hits').count(), 0);
  await Promise.all([officer.leave(t), councillor.leave(t)]);
});
