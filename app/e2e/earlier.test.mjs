// Officers bring in what people answered the last time and publish it; the report
// of this time is compared with it.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { before as past, desk, id, launch, phone, publish, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('what an officer imports of an earlier consultation is compared with', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer', `/staff/${past}/import`);
  const answers = { 'Strongly agree': 12, Agree: 9, Disagree: 8, 'Strongly disagree': 7 };
  const rows = Object.entries(answers).flatMap(([answer, n]) => Array.from({ length: n }, (_, i) => `${answer} ${i},${answer}`));
  await v.page.locator('#file').setInputFiles({ name: 'export.csv', mimeType: 'text/csv', buffer: Buffer.from(['Ref,C1', ...rows].join('\n')) });
  await v.press('Go on');
  await v.page.locator('[id="-id"]').selectOption('Ref');
  await v.press('Try it');
  await v.press('Import 36 responses');
  assert.match(await v.text(), /taken\s*36/);
  await v.go(`/staff/${past}/reading`);
  await v.press('Next to read');
  for (let n = 0; await v.page.getByRole('button', { name: 'Read, and next' }).count(); n++) {
    assert.ok(n < 36, 'more to read than was brought in');
    await v.press('Read, and next');
  }
  await v.go(`/staff/${id}/report`);
  assert.equal(await v.page.locator('#earlier').count(), 0, 'compared with what is not public');
  await v.press('Sign out');
  await publish(v, past);

  await publish(v);
  await v.leave(t);
  for (const screen of [phone, desk]) {
    const r = await Visitor.arrive(browser, screen, false);
    await r.go(`/${id}/report`);
    const part = r.page.locator('section', { has: r.page.locator('#earlier') });
    const text = await part.innerText();
    assert.match(text, /Compared with an earlier consultation[^]*Different people may have answered/);
    assert.match(text, /Then it was asked: Should the council have this order for three more years\?/);
    assert.match(text, /Station Parade, the time before, to 31 March 2023/);
    assert.match(await part.getByRole('row', { name: /^Strongly agree/ }).innerText(), /33\s+\d+|33\s+–/, '12 of 36');
    assert.match(await part.getByRole('row', { name: /^Answered/ }).innerText(), /36\s+1\d\d/);
    await r.leave(t);
  }
});
