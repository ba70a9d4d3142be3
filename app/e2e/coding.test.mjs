// Officers review the code frame and code answers, with scripts and without.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, desk, id, launch, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;

/** What the page says of the last act. */
const outcome = v => v.page.locator('.notice, main [role=status]').first().innerText();

/** Opens what is folded away on the page of a theme. */
const more = v => v.page.locator('summary', { hasText: 'Define it' }).click();

/** The first words of the answer on the page. */
const opening = async v => (await v.page.locator('#text').innerText()).trim().split(/\s+/).slice(0, 3).join(' ');

/** The answer that the page asks about. */
const asked = v => v.page.locator('#code [name=answer]').inputValue();
const address = key => `${at}/code?submission=${key.split(':')[0]}&question=${key.split(':')[1]}`;

for (const [name, screen, scripts] of both) {
  test(`an officer reviews the themes ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.signIn('officer', `${at}/themes`);
    // The largest has answers to sort.
    const ids = await v.page.locator('#candidates + ul article.theme').evaluateAll(all => all
      .sort((a, b) => parseInt(b.querySelector('.meta').innerText, 10) - parseInt(a.querySelector('.meta').innerText, 10)).map(e => e.id.replace('theme-', '')));
    assert.ok(ids.length >= 3, `${ids.length} candidates`);
    const [third, first, second] = ids;

    // Approving is done in the list.
    await v.press(/^Approve/, v.page.locator('#theme-' + first));
    assert.match(await outcome(v), /approved/);
    assert.equal(await v.page.locator(`#approved + ul #theme-${first}`).count(), 1, 'it stands among the approved');

    await v.turn(() => v.page.locator(`#theme-${first} h3 a`).click());
    await v.press('Take back approval');
    const mine = `Lamps and steps ${screen.width}`;
    await v.page.getByLabel('Name', { exact: true }).fill(mine);
    await v.press('Rename');
    assert.equal(await v.page.locator('h1').innerText(), mine);
    await more(v);
    await v.page.getByLabel('What belongs in it').fill('Wants the steps lit.\nNot the road.');
    await v.press('Keep the definition');
    assert.match(await v.text(), /Not the road/);

    // What is refused keeps what was typed, and leads to the field.
    const long = 'Much too long. '.repeat(20);
    await v.page.getByLabel('Name', { exact: true }).fill(long);
    await v.press('Rename');
    assert.equal(await v.page.getByLabel('Name', { exact: true }).inputValue(), long);
    if (scripts) assert.ok(await v.page.locator('.problem').evaluate(e => e === document.activeElement), 'the error summary has the focus');
    await v.page.locator('.problem a').click();
    assert.equal(await v.page.evaluate(() => location.hash), '#label');
    await more(v);
    await v.press('Take it out of scope');
    assert.match(await v.page.locator('#reason-fault').innerText(), /reason/i);
    await v.page.getByLabel('Why it is out of scope').fill('The railway decides on that.');
    await v.press('Take it out of scope');
    assert.match(await v.text(), /Out of scope because: The railway decides on that/);
    await v.press('Put it back into scope');

    // A tree.
    await v.go(`${at}/themes/${second}`);
    await more(v);
    await v.page.getByLabel('Put it under').selectOption(first);
    await v.press('Put it there');
    await v.go(`${at}/themes`);
    assert.equal(await v.page.locator(`li:has(> #theme-${first}) ul #theme-${second}`).count(), 1, 'it stands under its parent');
    await v.go(`${at}/themes/${second}`);
    await more(v);
    await v.page.getByLabel('Put it under').selectOption('');
    await v.press('Put it there');

    // Merging, and taking it back.
    await more(v);
    await v.page.getByLabel('Merge it into').selectOption(first);
    await v.press('Merge');
    assert.equal(v.address, `${at}/themes/${first}`);
    assert.match(await outcome(v), /merged/);
    await v.follow('All themes');
    await v.page.locator('summary', { hasText: 'Merged into others' }).click();
    await v.look();
    await v.press(/^Take back the merge/);
    assert.match(await outcome(v), /taken back/);
    assert.equal(await v.page.locator(`#candidates + ul #theme-${second}`).count() + await v.page.locator(`#theme-${second}`).count(), 2, 'it is a candidate again');

    // Answers: split off, moved, taken out. A theme that nobody has touched may
    // be another after the runs that the acts above have asked for.
    await v.go(`${at}/themes/${third}`);
    await v.press('Approve');
    const boxes = v.page.getByLabel(/^Tick this answer/);
    const keys = await boxes.evaluateAll(all => all.map(e => e.value));
    assert.ok(keys.length >= 3, `${keys.length} answers to sort`);
    await v.page.getByLabel('Split the ticked off').fill(`On the landing ${screen.width}`);
    await v.press('Split off');
    assert.match(await v.page.locator('.problem').innerText(), /at least one answer/i, 'nothing is ticked');
    await boxes.nth(0).check();
    await v.press('Split off');
    assert.equal(await v.page.locator('h1').innerText(), `On the landing ${screen.width}`);
    assert.deepEqual(await boxes.evaluateAll(all => all.map(e => e.value)), keys.slice(0, 1));
    assert.match(await v.text(), /placed by officer@demo.example on/);
    await v.go(`${at}/themes/${third}`);
    await v.page.locator(`[value="${keys[1]}"]`).check();
    await v.page.getByLabel('Move the ticked to').selectOption(first);
    await v.press('Move');
    assert.equal(await v.page.locator(`[value="${keys[1]}"]`).count(), 0, 'it is moved');
    await v.page.locator(`[value="${keys[2]}"]`).check();
    await v.press('Take the ticked out');
    assert.equal(await v.page.locator(`[value="${keys[2]}"]`).count(), 0, 'it is taken out');

    // A theme of one's own.
    await v.go(`${at}/themes`);
    await v.page.locator('summary', { hasText: 'Add a theme' }).click();
    await v.press('Add the theme');
    assert.ok(await v.page.getByLabel('Name of the new theme').isVisible(), 'the form is open again');
    await v.page.getByLabel('Name of the new theme').fill(`Benches ${screen.width}`);
    await v.page.getByLabel('Under which theme').selectOption(first);
    await v.press('Add the theme');
    assert.match(await v.text(), /No answer is in it/);
    await v.leave(t);
  });

  test(`an officer codes answers ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.signIn('officer', `${at}/code`);
    const key = await asked(v), words = await opening(v);
    const themes = v.page.locator('#code [name=theme]');
    for (const box of await themes.all()) await box.uncheck();
    const theme = await themes.first().inputValue();

    // Words that do not stand there are refused, and nothing typed is lost.
    await themes.first().check();
    await v.page.locator('#words-1').fill('Words that nobody wrote here.');
    await v.page.locator('#speaks-1').selectOption(theme);
    await v.turn(() => v.page.locator('.saver button').click());
    assert.equal(await v.page.locator('#words-1').inputValue(), 'Words that nobody wrote here.');
    assert.ok(await themes.first().isChecked(), 'the tick is kept');
    await v.page.locator('#words-1').fill(words);
    await v.turn(() => v.page.locator('.saver button').click());
    assert.match(await outcome(v), /kept/i);
    assert.notEqual(await asked(v), key, 'the next answer');

    await v.go(address(key));
    assert.match(await v.text(), /Coded by officer@demo.example/);
    assert.ok(await themes.first().isChecked());
    assert.equal(await v.page.locator('#words-1').inputValue(), words);
    await v.go(`${at}/submissions/${key.split(':')[0]}`);
    assert.match(await v.text(), /by officer@demo.example on/);
    await v.turn(() => v.page.getByRole('link', { name: /^Code this answer/ }).first().click());
    await v.go(`${at}/code`);
    const left = await asked(v);
    await v.follow('Leave it for now');
    assert.notEqual(await asked(v), left, 'the answer is left');

    // Blind: nothing tells what was decided before.
    await v.follow('Code the blind sample');
    const blind = await asked(v);
    for (let i = 0; i < 2; i++) {
      assert.equal(await v.page.locator('#code input:checked').count(), 0, 'nothing is ticked');
      assert.doesNotMatch(await v.main.innerHTML(), /computer, \d|@demo\.example/);
      await themes.nth(i).check();
      await v.turn(() => v.page.locator('.saver button').click());
      assert.match(v.address, /way=blind/);
    }
    assert.notEqual(await asked(v), blind);
    await v.leave(t);
  });
}

test('an officer codes with the keyboard', async t => {
  const [, [, screen]] = both;
  const v = await Visitor.arrive(browser, screen, true);
  await v.signIn('officer', `${at}/code`);
  const { page } = v;
  const focus = () => page.evaluate(() => [...document.querySelectorAll('#code [name=theme]')].indexOf(document.activeElement));
  await page.keyboard.press('j');
  assert.equal(await focus(), 0);
  await page.keyboard.press('j');
  assert.equal(await focus(), 1);
  await page.keyboard.press('k');
  await page.keyboard.press('k');
  assert.equal(await focus(), 0, 'there is none before the first');
  const box = page.locator('#code [name=theme]').first();
  if (await box.isChecked()) await page.keyboard.press('Space');
  await page.keyboard.press('Space');
  assert.ok(await box.isChecked());

  // Words are taken from the answer, and from nowhere else.
  await page.keyboard.press('w');
  assert.match(await page.locator('#taken').innerText(), /Select words/);
  const select = (selector, to) => page.evaluate(([selector, to]) => {
    const range = document.createRange(), node = document.querySelector(selector).firstChild;
    range.setStart(node, 0);
    range.setEnd(node, to);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }, [selector, to]);
  await select('h1', 4);
  await page.keyboard.press('w');
  assert.equal(await page.locator('#words-1').inputValue(), '', 'not words of the page');
  const words = (await page.locator('#text').textContent()).slice(0, 12).trim();
  await select('#text', 12);
  await page.getByRole('button', { name: 'Take the selected words' }).click();
  assert.equal(await page.locator('#words-1').inputValue(), words);
  assert.equal(await page.locator('#speaks-1').inputValue(), await box.inputValue(), 'the theme that had the focus');

  // No key does anything while somebody writes.
  const key = await asked(v);
  await page.locator('#words-2').focus();
  await page.keyboard.type('just sjkw');
  assert.equal(await page.locator('#words-2').inputValue(), 'just sjkw');
  assert.equal(await asked(v), key);
  await page.locator('#words-2').fill('');
  await box.focus();
  await v.turn(() => page.keyboard.press('s'));
  assert.match(await outcome(v), /kept/i);

  await page.locator('summary', { hasText: 'Keys' }).click();
  await v.look();

  // Switched off, they stay off.
  await page.getByLabel('Keys off').check();
  const next = await asked(v);
  await page.keyboard.press('s');
  await page.locator('h1').click();
  await page.keyboard.press('j');
  assert.equal(await focus(), -1);
  assert.equal(await asked(v), next);
  await v.turn(() => page.locator('.saver button').click());
  await page.keyboard.press('j');
  assert.equal(await focus(), -1, 'off with the next answer too');
  await page.getByLabel('Keys off').uncheck();
  await page.keyboard.press('j');
  assert.equal(await focus(), 0);
  await v.tabTo('.saver button');
  await v.leave(t);
});

test('two people code blind, settle what they saw differently, and the report prints how far they agree', async t => {
  const v = await Visitor.arrive(browser, desk, false), analyst = await Visitor.arrive(browser, desk, false), second = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer'); // who has seen answers of the sample above
  await analyst.signIn('analyst', `${at}/code?way=blind`);
  await second.signIn('second', `${at}/code?way=blind`);
  const ticked = {};
  for (const [who, nth] of [[analyst, 0], [second, 1]]) {
    for (let i = 0; i < 12 && await who.page.locator('#code').count(); i++) {
      const key = await asked(who);
      // They see every third answer differently.
      await who.page.locator('#code [name=theme]').nth(i % 3 ? 0 : nth).check();
      await who.turn(() => who.page.locator('.saver button').click());
      ticked[key] = (ticked[key] ?? 0) + 1;
    }
  }
  assert.ok(Object.values(ticked).filter(n => n === 2).length >= 10, 'both coded the same answers');

  await v.go(`${at}/code?way=settle`);
  assert.match(await v.text(), /people saw differently and nobody has settled/);
  const left = async () => Number((await v.text()).match(/(\d+) answers? of the sample that people saw/)?.[1] ?? 0);
  const before = await left();
  assert.ok(before >= 3, `${before} to settle`);
  await v.turn(() => v.page.locator('.saver button').click());
  assert.equal(await left(), before - 1);

  // How far they agree, with what chance and the size of the sample leave open, on screen and in print.
  const figures = /F1 0\.\d\d \(95 % interval 0\.\d\d to (0\.\d\d|1\.00)\), Cohen’s κ -?0\.\d\d, on \d+ answers coded blind/g;
  await v.go(`${at}/themes`);
  assert.equal((await v.text()).match(figures)?.length, 2, 'people with each other, and the computer with people');
  await v.go(`${at}/report`);
  await v.page.emulateMedia({ media: 'print' });
  const method = await v.page.locator('#method').locator('..').innerText();
  assert.match(method, /Two people against each other, on \d+ answers: \d+ of 100 \(micro-F1; 95 % interval \d+ to \d+\)\. Cohen’s κ: -?0\.\d\d/);
  assert.match(method, /Software against people, on \d+ answers coded blind: \d+ of 100 \(micro-F1; 95 % interval \d+ to \d+\)\. Cohen’s κ: -?0\.\d\d/);
  assert.match(method, /coded without seeing each other’s decisions: .*Seen differently: .*settled afterwards/);
  await v.page.emulateMedia({ media: 'screen' });
  for (const who of [v, analyst, second]) await who.leave(t);
});

test('long words, from right to left, fit a phone', async t => {
  const [[, screen]] = both;
  const v = await Visitor.arrive(browser, screen, false);
  await v.signIn('officer', `${at}/themes`);
  await v.turn(() => v.page.locator('article.theme h3 a').first().click());
  await v.page.getByLabel('Name', { exact: true }).fill('روشنی'.repeat(20));
  await v.press('Rename');
  await more(v);
  await v.page.getByLabel('What belongs in it').fill('x'.repeat(400));
  await v.press('Keep the definition');
  await v.go(`${at}/themes`);
  await v.go(`${at}/code`);
  await v.page.emulateMedia({ media: 'print' });
  assert.ok(!await v.page.locator('.saver').isVisible(), 'nothing to press on paper');
  assert.ok(await v.page.locator('#text').isVisible());
  await v.page.emulateMedia({ media: 'screen' });
  await v.leave(t);
});
