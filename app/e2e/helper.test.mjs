// An outreach worker passes on what three women said, one form for each, then
// what a group said, and learns what not to pass on.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, desk, fresh, id, launch, phone, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const word = 'saltmarsh'; // stands in no other answer

const women = [
  `She says the vans come at midnight now and nobody at the ${word} stays long enough to talk to.`,
  `She says she was fined near the ${word} and had to work twice as long to pay it.`,
  `She says the ${word} is where she was hurt, and that she told nobody.`,
];

const hers = said => ({
  A1: { options: ['helper'] }, H1: { options: ['own_words'] }, H3: { options: ['yes_all'] }, H4: { options: ['sex_workers'] },
  H5: { options: ['romanian'] }, H5b: { options: ['me'] }, S1: { options: ['less_time'] }, S2: { options: ['bit_less_safe'] },
  S5: { text: said }, C1: { options: ['disagree'] }, G1: { options: ['yes'] },
});

const summary = {
  A1: { options: ['helper'] }, H1: { options: ['summary'] }, H2: { options: ['five_to_nine'] }, H3: { options: ['yes_all'] }, H4: { options: ['sex_workers'] },
  H5: { options: ['english'] }, S5: { text: `Most of those we met by the ${word} want the van to come later in the night.` }, C1: { options: ['disagree'] }, G1: { options: ['yes'] },
};

/** Answers one form from its first question. The first goes page by page, and every one begins with nothing in it. */
async function form(v, answers, before = []) {
  assert.equal(v.step, 'A1');
  if (before.length === 0) {
    await v.answer(answers);
  } else {
    await v.go(`/${id}/respond/check`);
    assert.deepEqual(await v.answered(), [], 'nothing is carried over');
    await v.go(`/${id}/respond/A1`);
    for (const question of Object.keys(answers)) {
      if (v.step !== question) await v.go(`/${id}/respond/${question}`);
      assert.equal(await v.page.locator(':checked').count(), 0, `${question}: something is ticked`);
      for (const box of await v.page.locator('[name=text]').all()) assert.equal(await box.inputValue(), '', `${question}: something is written`);
      await v.fill(answers[question]);
      await v.proceed();
    }
    await v.go(`/${id}/respond/check`);
  }
  assert.deepEqual(await v.answered(), Object.keys(answers));
  for (const said of before) assert.ok(!(await v.page.content()).includes(said.slice(0, 30)));
  assert.match(await v.page.locator('#S5').innerText(), new RegExp(word));
  await v.send();
  assert.equal(v.address, `/${id}/receipt`, 'no equality questions about somebody else');
  const words = await v.words();
  assert.equal(words.length, 12);
  assert.deepEqual(await v.cookies(), [], 'cookies after sending');
  return words.join(' ');
}

for (const [name, screen, scripts] of both) {
  test(`an outreach worker passes on what four forms say ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.start();
    const codes = [];
    for (const [i, said] of women.entries()) {
      codes.push(await form(v, hers(said), women.slice(0, i)));
      assert.match(await v.text(), /Nothing is carried over/);
      await v.follow('Answer for another person');
      await v.proceed(v.main);
    }
    codes.push(await form(v, summary, women));
    assert.equal(new Set(codes).size, 4, 'each has a code of its own');

    // Without agreement, only the helper's own view is asked for, also where
    // something of theirs was entered already.
    await v.start();
    await v.give(hers(women[0]));
    await v.follow(/Change/, v.page.locator('#H3'));
    await v.fill({ options: ['no'] });
    await v.proceed();
    assert.equal(v.step, 'H6', 'the helper is told to give only their own view');
    assert.match(await v.text(), /do not pass on what they said/);
    await v.give({ A2: { options: ['support_work'] } });
    assert.match(await v.text(), /no longer appl/, 'what is not sent is said');
    for (const theirs of ['H4', 'S1', 'S5']) assert.equal(await v.page.locator('#' + theirs).count(), 0, `${theirs} is not asked any more`);
    assert.doesNotMatch(await v.page.content(), new RegExp(word));
    assert.match(await v.page.locator('#A2').innerText(), /supporting sex workers/);
    await v.send();
    await v.follow('No, finish');
    await v.leave(t);
  });
}

test('an officer sees three people and one summary', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer');
  const forms = both.length, hits = v.page.locator('.hits h3 + p + .meta');
  await until('the forms to be found', async () => {
    await v.go(`/staff/${id}/search?q=${word}&ch=assisted`);
    return await v.page.locator('mark').count() >= 4 * forms;
  });
  const groups = await hits.allInnerTexts();
  assert.equal(groups.length, 4 * forms, 'and nothing of those who did not agree');
  assert.equal(groups.filter(g => /Sex workers/.test(g)).length, 3 * forms);
  assert.equal(groups.filter(g => /summaries of what several people said/.test(g)).length, forms);
  await v.turn(() => v.page.locator('.hits a').first().click());
  assert.doesNotMatch(await v.text(), /Outreach|helper's/i);
  await v.leave(t);
});

test('the report counts three people at risk and one summary', async t => {
  const helper = await Visitor.arrive(browser, phone, false);
  await helper.start(fresh);
  for (const answers of [...women.map(hers), summary]) {
    await helper.give(answers, fresh);
    await helper.send();
    await helper.follow('Answer for another person');
    await helper.proceed(helper.main);
  }
  await helper.answerForExit();
  await helper.follow('Exit this page');
  await helper.leave(t);

  // An officer reads them: how many are meant stands beside the summary, and adds nothing up.
  const v = await Visitor.arrive(browser, desk, true), at = `/staff/${fresh}`;
  await v.signIn('officer', `${at}/reading`);
  await v.press('Next to read');
  const bands = [];
  while (v.address.startsWith(`${at}/reading/`)) {
    assert.match(await v.text(), /Came by\s*Passed on by a helper/);
    bands.push((await v.text()).match(/About how many people\?[^\n]*\s+(.*)/)?.[1] ?? 'one');
    await v.press('Read, and next');
  }
  assert.deepEqual(bands.sort(), ['5 to 9', 'one', 'one', 'one']);
  assert.match(await v.text(), /4 of 4/);
  await until('the forms to be found', async () => {
    await v.go(`${at}/search`);
    return await v.page.locator('.hits > li').count() === 4;
  });
  const counted = await v.page.locator('.narrow').textContent();
  assert.match(counted, /Sex workers \(people who sell sex\)\s*\(3\)/);
  assert.match(counted, /Organisations, and summaries of what several people said\s*\(1\)/);

  // Two people protect those at risk; then the report is published.
  await v.checkAll(fresh);
  const second = await Visitor.arrive(browser, desk, true);
  await second.signIn('second', `${at}/redactions`);
  await second.press(/^Be the second person/);
  while (second.address.includes('/submissions/')) await second.press('Approve and go on');
  for (const step of ['Close the consultation', 'Freeze the analysis']) {
    await v.go(`${at}/settings`);
    await v.press(step);
  }
  await v.go(`${at}/versions`);
  await v.press('Propose this version');
  await second.go(`${at}/versions`);
  await second.press('I have read it and it identifies nobody');

  const reader = await Visitor.arrive(browser, phone, false);
  await reader.go(`/${fresh}/report`);
  const row = name => reader.page.locator('#who ~ table').getByRole('row', { name }).first();
  assert.match(await row(/^Sex workers/).innerText(), /<10/);
  assert.equal(await row(/^Sex workers/).locator('abbr').count() + await reader.page.locator('abbr[title="fewer than 10"]').count() > 0, true, 'it is spelled out');
  assert.match(await row(/^Organisations, and summaries of what several people said/).innerText(), /<5/);
  assert.doesNotMatch(await reader.text(), /Night Shelter|the helper|outreach worker/i);
  for (const who of [reader, second, v]) await who.leave(t);
});
