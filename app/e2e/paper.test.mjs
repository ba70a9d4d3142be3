// Somebody prints the form, fills it in with a pen, and an officer can key it by
// the ids of its questions.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, desk, everyKind, id, launch, paths, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [name, screen, scripts] of both) {
  test(`the paper form ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.go('/' + id);
    await v.follow('Print a paper form');
    const forms = v.main.getByRole('listitem').getByRole('link');
    assert.equal(await forms.count(), paths.length, 'a form for each path');
    const links = await forms.evaluateAll(list => list.map(a => a.getAttribute('href')));
    for (const [i, href] of links.entries()) {
      await v.go(href);
      const ids = await v.page.locator('.ask .qid').allInnerTexts();
      assert.deepEqual(ids, paths[i], `form ${i + 1} has every question of its path, in order, with its id`);
      assert.match(await v.text(), new RegExp(`Form ${id} / .*, version \\d`));
      assert.match(await v.text(), /It must arrive by .* at 23:59/);
      assert.equal(await v.page.locator('main input, main textarea, main button').count(), 0, 'nothing to press on paper');
    }
    assert.deepEqual(await v.cookies(), [], 'cookies of somebody who only prints');
    await v.leave(t);
  });
}

test('every kind of question has room on paper', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await v.go(`/${everyKind}/paper?form=1`);
  const ask = question => v.page.locator('.ask', { has: v.page.getByText(question, { exact: true }) });
  assert.equal(await ask('K3').locator('.box').count(), 15, 'a box for each place');
  assert.match(await ask('K6').innerText(), /Write 1 beside what matters most/);
  for (const written of ['K4', 'K5', 'K7', 'K8']) {
    assert.ok(await ask(written).locator('.ruled').count() > 0, `${written}: a line to write on`);
    assert.ok(await ask(written).locator('.box').count() > 0, `${written}: a box to tick instead`);
  }
  await v.leave(t);
});

test('the paper form prints', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  for (const language of ['en', 'ur']) {
    await v.go(`/${id}/paper?form=8&lang=${language}`);
    const pdf = await v.page.pdf({ format: 'A4' });
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    await v.page.emulateMedia({ media: 'print' });
    for (const gone of ['.exit', '.back', 'nav', '.foot ul']) assert.equal(await v.page.locator(gone).first().isVisible(), false, `${gone} is left out on paper`);
    assert.ok(await v.page.locator('.box').first().isVisible());
    await v.page.setViewportSize({ width: 700, height: 1000 }); // A4 without its margins
    await v.look();
    await v.page.emulateMedia({ media: 'screen' });
    await v.page.setViewportSize(phone);
  }
  await v.leave(t);
});
