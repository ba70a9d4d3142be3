// What people ask about their own words, and what follows: somebody quotes a code,
// another has none, a third is named in someone else's words, the report is public
// already, a request for information holds what there is, and the auditor sees it
// all.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, id, launch, phone, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;
const today = new Date().toISOString().slice(0, 10);

/** Sends a resident's answers and returns the code. */
async function respond(words) {
  const v = await Visitor.arrive(browser, phone, false);
  await v.start();
  await v.give({ A1: { options: ['self'] }, A2: { options: ['live_here'] }, C1: { options: ['disagree'] }, C6: { text: words }, G1: { options: ['yes'] } });
  await v.send();
  await v.follow('No, finish');
  const code = await v.words();
  await v.leave();
  return code;
}

/** Logs a request; the page of it is open afterwards. */
async function log(v, kind, reference) {
  await v.go(`${at}/requests`);
  await v.follow('Log a request');
  await v.page.getByLabel('What is asked for').selectOption(kind);
  await v.page.getByLabel('Reference').fill(reference);
  await v.page.getByLabel('Received on').fill(today);
  await v.press('Keep', v.main);
  assert.match(await v.page.getByRole('heading', { level: 1 }).innerText(), new RegExp(reference));
  return v.address;
}

async function answer(v, request, state = 'answered', outcome = 'The person was told.') {
  await v.go(request);
  await v.page.locator(`[name=state][value=${state}]`).check();
  await v.page.getByLabel('Outcome, with the reason').fill(outcome);
  await v.page.getByLabel('Answer sent on').fill(today);
  await v.press('Keep', v.main);
}

/** Asks for the erasure of the submission on the page, and has a second officer confirm it. */
async function erase(v, second) {
  await v.follow('Erase it for a request');
  await v.press('Ask a second officer to erase it');
  assert.match(await v.page.getByRole('alert').innerText(), /Say why/);
  await v.page.getByLabel('How you know that it is theirs').fill('They told us the day and the opening words.');
  await v.press('Ask a second officer to erase it');
  assert.match(await v.text(), /You asked for it, so another officer confirms it/);
  assert.equal(await v.page.getByRole('button', { name: /^Confirm/ }).count(), 0);
  await second.go(v.address);
  await second.press(/^Confirm: erase it/);
  assert.match(await second.page.getByRole('status').first().innerText(), /It was erased/);
}

/** Opens the submission that the first of these quotes is from whose words find it alone, and returns that quote. */
async function find(v, [quote, ...others]) {
  assert.ok(quote, 'no quote leads to its submission');
  const words = quote.text.split(/[^\p{L}’' ]/u).sort((a, b) => b.length - a.length)[0].trim();
  await v.go(`${at}/search?q=${encodeURIComponent(`"${words}"`)}`);
  if (await v.page.locator('.hits a').count() > 0) await v.turn(() => v.page.locator('.hits a').first().click());
  return (await v.text()).includes(`Submission ${quote.id}`) ? quote : find(v, others);
}

async function gone(v, word) {
  await v.go(`${at}/search?q=${word}`);
  assert.match(await v.text(), /Nothing matches/);
}

test('the officer, a second one and the auditor deal with requests', async t => {
  const v = await Visitor.arrive(browser, desk, true), second = await Visitor.arrive(browser, phone, false);
  const code = await respond('Light the path behind the bittersweet hedge.');
  await v.signIn('officer');
  await second.signIn('second');

  // Somebody quotes a code.
  const request = await log(v, 'erasure', 'DPO 41');
  await v.page.getByLabel('Code', { exact: true }).fill(code.slice(1).concat(code[0]).join(' '));
  await v.page.getByLabel('Why', { exact: true }).fill('They quoted the code.');
  await v.press('Erase what it leads to');
  assert.match(await v.page.getByRole('alert').innerText(), /spelling|do not know/);
  assert.equal(await v.page.getByLabel('Why', { exact: true }).inputValue(), 'They quoted the code.');
  await v.page.getByLabel('Code', { exact: true }).fill(code.join(' '));
  await v.press('Erase what it leads to');
  assert.match(await v.page.getByRole('status').first().innerText(), /It was not shown to anybody/);
  assert.match(await v.text(), /A submission was erased/);
  assert.doesNotMatch(await v.page.content(), new RegExp(`bittersweet|Disagree|${code.join(' ')}`));
  await gone(v, 'bittersweet');

  // Another has none: words that they remember lead to it.
  await v.go(request);
  await v.follow('search for them');
  await v.go(`${at}/search?q=lamps`);
  await v.turn(() => v.page.locator('.hits a').first().click());
  const erased = new URL(v.page.url()).pathname;
  await erase(v, second);
  const answered = await v.page.goto(base + erased);
  assert.equal(answered.status(), 404);

  // Where nothing shows which one is theirs, that is the answer, with the reason.
  const lost = await log(v, 'erasure', 'DPO 43');
  assert.match(await v.text(), /Nothing the portal keeps tells who wrote what/);
  await answer(v, lost, 'cannot-locate', '');
  assert.match(await v.page.getByRole('alert').innerText(), /Say what was answered, or why it was refused or cannot be located/);
  await answer(v, lost, 'cannot-locate', 'They remember neither the day nor any words, and no name is kept.');
  assert.match(await v.text(), /Cannot be located[^]*no name is kept/);

  // A request for information holds what there is; the person is told.
  const foi = await log(v, 'foi', 'FOI 42');
  const own = await respond('My mother slips on candlesnuff by the bins.');
  const person = await Visitor.arrive(browser, phone, false);
  await person.use(own);
  await person.page.getByLabel('I am sure').check();
  await person.press('Take my answers back');
  assert.match(await person.text(), /has to keep one sealed copy/);
  await person.use(own);
  assert.match(await person.text(), /nobody can read them/);
  await gone(v, 'candlesnuff');
  await v.go(`${at}/requests`);
  assert.match(await v.page.locator('#hold').innerText(), /FOI 42.*Sealed so far: 1/s);
  await answer(v, foi);
  await until('the sealed copy to be gone', async () => {
    await person.use(own);
    return /the words have been deleted/.test(await person.text());
  });
  await person.leave(t);

  // The report is public: totals stay, words go.
  for (const button of ['Close the consultation', 'Freeze the analysis']) {
    await v.go(`${at}/settings`);
    await v.press(button);
  }
  await v.go(`${at}/versions`);
  await v.press('Propose this version');
  await second.go(`${at}/versions`);
  await second.press(/^I have read it/);
  const report = async () => (await v.context.request.get(`${base}/${id}/report.json`)).json();
  const published = await report();
  const quoted = published.themes.flatMap(theme => theme.quotes ?? []).filter(q => q.text.length > 40 && !published.campaigns.some(c => c.text?.includes(q.text)));
  const one = await find(v, quoted);
  await erase(v, second);
  await v.go(request);
  assert.match(await v.text(), /The words of a submission were erased; every total stays/);
  let now = await report();
  assert.ok(!JSON.stringify(now).includes(JSON.stringify(one.text).slice(1, -1)), 'the report still holds the words');
  assert.deepEqual(now.roll_call, published.roll_call);
  assert.deepEqual(now.total, published.total);
  await person.context.close();
  const reader = await Visitor.arrive(browser, phone, false);
  await reader.go(`/${id}/report`);
  const note = await reader.page.locator('#version').innerText();
  assert.match(note, /words were taken out of this version because somebody asked for it/);
  assert.ok(!note.includes(one.id), 'the note tells whose words they were');
  await reader.leave(t);

  // A third person is named in someone else's words.
  const other = await find(v, quoted.filter(q => q.id !== one.id));
  const name = other.text.split(/\s+/).slice(0, 6).join(' ');
  await v.follow('Decide what is taken out');
  assert.match(await v.text(), /Words are taken out for a request only/);
  const question = await v.page.locator('section[id^=answer-]').filter({ hasText: name }).first().getAttribute('id').then(s => s.replace('answer-', ''));
  await v.page.locator(`#answer-${question} details summary`).last().click();
  await v.page.locator(`[id="add-${question}"]`).fill(name);
  await v.page.getByLabel('Request that this is for').selectOption({ index: 0 });
  await v.press('Save', v.page.locator('.saver'));
  assert.equal(v.address, request);
  assert.match(await v.text(), new RegExp(`Words were taken out\\. Submission ${other.id}`));
  now = await report();
  assert.ok(!JSON.stringify(now.themes).includes(JSON.stringify(other.text).slice(1, -1)), 'the report still holds the span');
  assert.deepEqual(now.roll_call, published.roll_call);
  await answer(v, request);
  assert.match(await v.text(), /Answered/);
  assert.equal(await v.page.getByRole('button', { name: 'Erase what it leads to' }).count(), 0);

  // The auditor sees every act, and no word of anybody.
  const auditor = await Visitor.arrive(browser, desk, false);
  await auditor.signIn('auditor');
  await auditor.go(request);
  assert.match(await auditor.text(), /Words were taken out/);
  assert.equal(await auditor.main.getByRole('button').count(), 0);
  await auditor.go('/staff/audit');
  const record = await auditor.text();
  assert.match(record, /is whole/);
  for (const act of ['request.logged', 'erasure.done', 'erasure.asked', 'erasure.words', 'held.deleted', 'request.redacted', 'report.struck', 'request.answered', 'request.cannot-locate']) {
    assert.match(record, new RegExp(act.replace('.', '\\.')), act);
  }
  assert.doesNotMatch(record, /submission\.(received|withdrawn)/, 'what people did themselves is on record from tomorrow');
  assert.doesNotMatch(record, /bittersweet|candlesnuff/);
  for (const who of [auditor, second, v]) await who.leave(t);
});
