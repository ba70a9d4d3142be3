// An officer closes, freezes and publishes; the public reads the report.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, id, launch, phone, publish, Visitor, zoomed } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;

test('an officer publishes the report', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await publish(v);
  await v.signIn('officer');
  await v.go(`${at}/themes`);
  assert.equal(await v.main.getByRole('button').count(), 0, 'nothing can be changed in what is frozen');
  // What the report says in words is written beside it.
  for (const page of ['findings', 'findings/new', 'sections/equality', 'population/new']) {
    await v.go(`${at}/${page}`);
  }
  await v.press('Sign out');
  await v.leave(t);
});

for (const [name, screen, scripts] of [['on a phone, scripts off', phone, false], ['on a phone, scripts on', phone, true],
  ['at a desk, scripts on', desk, true], ['at 400 % zoom', zoomed, false]]) {
  test(`anybody reads the report ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.go('/' + id);
    assert.match(await v.text(), /This consultation closed/);
    assert.equal(await v.page.getByRole('link', { name: 'Start', exact: true }).count(), 0, 'nobody can answer any more');
    await v.follow('Read the report');
    assert.equal(v.address, `/${id}/report`);
    t.diagnostic(`the report: ${v.pages.at(-1).bytes} bytes`);
    const text = await v.text();
    for (const part of ['Who answered, and who did not', 'Results for each question', 'What people said in their own words', 'Points heard once', 'Roll-call', 'Method and limits']) {
      assert.match(text, new RegExp(part));
    }
    assert.match(text, /do you agree or disagree with rule 1/i);
    assert.doesNotMatch(text, /staff only|Draft\./);

    // The roll-call adds up to the number at the top.
    const total = Number(text.match(/(\d+) submissions were received/)[1]);
    const column = (await v.page.locator('#roll-call ~ table').locator('tbody td').allInnerTexts()).map(Number);
    assert.equal(column.reduce((a, b) => a + b), total);

    // What is hidden on the page is hidden in the files.
    for (const [link, kind] of [['CSV', 'text/csv'], ['JSON', 'application/json']]) {
      const href = await v.page.getByRole('link', { name: link, exact: true }).getAttribute('href');
      const file = await v.context.request.get(base + href);
      assert.equal(file.status(), 200, href);
      assert.match(file.headers()['content-type'], new RegExp(kind));
      assert.match(await file.text(), new RegExp(`\\b${total}\\b`), `${link} tells the total`);
    }
    assert.deepEqual(await v.cookies(), [], 'cookies of somebody who only read');
    await v.leave(t);
  });
}

test('the report prints', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await v.go('/' + id);
  await v.go(`/${id}/report`);
  const pdf = await v.page.pdf({ format: 'A4' });
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  assert.ok(pdf.length > 20_000, `a PDF of ${pdf.length} bytes`);
  await v.page.emulateMedia({ media: 'print' });
  assert.equal(await v.page.locator('.exit').isVisible(), false, 'what cannot be pressed on paper is left out');
  await v.page.setViewportSize({ width: 700, height: 1000 }); // A4 without its margins
  await v.look();
  await v.leave(t);
});
