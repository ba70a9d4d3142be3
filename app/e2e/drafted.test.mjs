// Where a language model is set up: what it drafts of a theme is labelled, cites,
// and stands in the report beside the computed paragraph once an officer says so.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, id, launch, phone, publish, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;

test('an officer approves a draft of the language model, and the report shows it beside its own paragraph', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await v.signIn('officer', `${at}/themes`);
  const themes = [...new Set(await v.page.locator(`main a[href^="${at}/themes/"]`).evaluateAll(links => links.map(a => a.getAttribute('href').replace(/#.*/, ''))))];
  let theme;
  for (const href of themes) {
    await v.go(href);
    if (await v.page.locator('.draft').count()) { theme = href; break; }
  }
  assert.ok(theme, 'no theme has a draft');
  const name = await v.page.locator('h1').innerText(), draft = v.page.locator('.draft');
  assert.match(await draft.innerText(), /Draft by a language model, checked against the answers it cites/);
  const words = (await draft.locator('p').first().innerText()).split('.')[0];
  assert.ok(await draft.locator('a.cite').count() > 0, 'it cites nobody');

  // It is not in the report until a person has read it.
  await v.go(`${at}/report`);
  assert.doesNotMatch(await v.text(), /Drafted by a language model/);
  await v.go(theme);
  await v.press('Approve this draft for the report');
  assert.match(await v.text(), /Approved by officer@demo\.example/);
  await v.press('Sign out');
  await publish(v);
  await v.leave(t);

  for (const screen of [phone, desk]) {
    const r = await Visitor.arrive(browser, screen, false);
    await r.go(`/${id}/report`);
    const article = r.page.locator('article', { has: r.page.getByRole('heading', { name, exact: true }) });
    assert.ok((await article.locator('.summary').innerText()).length > 40, 'the computed paragraph is gone');
    const note = article.locator('.note', { hasText: 'Drafted by a language model from quotes alone, checked by software against them, and approved by an officer.' });
    assert.ok((await note.innerText()).includes(words), 'other words than were approved');
    const cited = await note.locator('a').first().getAttribute('href');
    assert.equal(await r.page.locator(cited.replace('#', '[id="') + '"]').count(), 1, 'the citation leads to the quote');
    assert.match(await r.page.locator('section', { has: r.page.locator('#method') }).innerText(), /language model that proposed names and drafts was shown nothing but redacted passages/);
    const file = await (await r.context.request.get(`${base}/${id}/report.json`)).json();
    assert.equal(file.themes.filter(t => t.approved_draft).length, 1);
    await r.leave(t);
  }
});
