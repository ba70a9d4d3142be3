// What somebody can do with the code of twelve words: see what became of the
// answers, say that they were misread, answer an officer, change them, take them
// back. The code never shows what was answered, because somebody else may hold it.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, desk, id, launch, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What each of them says, with a word that stands in no other answer. */
const said = { bittersweet: 'Light the path behind the bittersweet hedge and leave the rest.', candlesnuff: 'My mother slips on candlesnuff by the bins whenever it rains.' };
const word = n => Object.keys(said)[n];

const answers = word => ({
  A1: { options: ['self'] }, A2: { options: ['live_here'] }, C1: { options: ['disagree'] }, C6: { text: said[word] }, G1: { options: ['yes'] },
});

/** A page that is shown to whoever holds the code. */
async function says(v, words, ...secret) {
  assert.match(await v.text(), words);
  for (const s of [...secret, /Disagree/, /proposed area/]) assert.doesNotMatch(await v.page.content(), s instanceof RegExp ? s : new RegExp(s));
}

for (const [n, [name, screen, scripts]] of both.entries()) {
  test(`a resident uses the code ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    const secret = word(n);
    await v.start();
    await v.give(answers(secret));
    await v.send();
    await v.follow('No, finish');
    const words = await v.words();

    for (const [wrong, fault] of [['not a code of ours', /spelling and their order/], [words.slice(1).concat(words[0]).join(' '), /spelling|do not know/], ['', /twelve words/]]) {
      await v.go(`/${id}/receipt`);
      await v.page.getByLabel('Enter your code of twelve words').fill(wrong);
      await v.press('Check', v.main);
      assert.match(await v.page.getByRole('alert').innerText(), fault);
      assert.match(await v.page.title(), /^Error:/);
    }
    await v.use([words.join('  ').toUpperCase()]);
    await says(v, /Your answers are held and counted/, secret);
    assert.match(await v.text(), /No words of yours stand in the report/);

    // That is not what I meant.
    await v.press('That is not what I meant');
    await says(v, /A person will read your answers again/, secret);

    // An officer sees that, and asks something.
    const officer = await Visitor.arrive(browser, desk, false);
    await officer.signIn('officer');
    await officer.go(`/staff/${id}/attention`);
    assert.match(await officer.text(), /that is not what I meant/i);
    await until('the answer to be found', async () => {
      await officer.go(`/staff/${id}/search?q=${secret}`);
      return await officer.page.locator('mark').count() > 0;
    });
    await officer.turn(() => officer.page.locator('.hits a').first().click());
    await officer.page.getByText('Ask its author something').click();
    await officer.page.getByLabel('Message').fill('Which end of the path do you mean?');
    await officer.press('Leave the message');
    assert.match(await officer.page.getByRole('status').first().innerText(), /can be read with the receipt code/);

    await v.use(words);
    await says(v, /Which end of the path do you mean/, secret);
    await v.press('Send my answer');
    assert.match(await v.page.getByRole('alert').innerText(), /Enter an answer/);
    await v.page.getByLabel('Your answer to the council').fill('The end by the canal.');
    await v.press('Send my answer');
    await says(v, /You answered, /, secret, 'end by the canal');
    await officer.reload();
    assert.match(await officer.text(), /The author answered/);
    await officer.press('I have looked at it: it counts');
    await officer.leave();

    // Changing begins with nothing, because somebody else may hold the code.
    await v.press('Change my answers');
    assert.equal(v.step, 'A1');
    await v.go(`/${id}/respond/check`);
    assert.deepEqual(await v.answered(), [], 'nothing of before is shown');
    await v.give({ ...answers(secret), C6: { text: 'Light the whole canal path instead.' } });
    assert.match(await v.text(), /take the place of those that you sent before/);
    await v.send();
    if (v.address.endsWith('/equality')) await v.follow('No, finish');
    assert.match(await v.text(), /Your code stays the same as before/);
    assert.equal(await v.page.locator('.words').count(), 0);

    // Taking back is asked twice.
    await v.use(words);
    await v.press('Take my answers back');
    assert.match(await v.page.getByRole('alert').innerText(), /Tick the box to confirm/);
    await says(v, /Your answers are held and counted/, 'canal path instead');
    await v.page.getByLabel('I am sure').check();
    await v.press('Take my answers back');
    assert.match(await v.text(), /Your answers have been taken back/);
    await v.use(words);
    await says(v, /These answers were taken back/, secret, 'canal path instead');
    assert.equal(await v.main.getByRole('button').count(), 0, 'nothing more can be done with it');
    await v.leave(t);
  });
}

test('what was taken back is found by nobody', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer');
  for (let n = 0; n < both.length; n++) {
    await until('the answers to be gone', async () => {
      await v.go(`/staff/${id}/search?q=${word(n)}`);
      return /Nothing matches/.test(await v.text());
    });
  }
  await v.leave(t);
});
