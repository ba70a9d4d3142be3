// Every page that staff open, found by following links from page to page, is looked
// over on a phone and at a desk: none of the portal's table of addresses is left out.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, everyKind, id, launch, phone, publish, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const table = process.env.E2E_STAFF.split(' ');

/** Those that are no page of the portal's: they lead to, and come back from, an organisation's own sign-in. */
const elsewhere = new Set(table.filter(path => path.startsWith('/staff/sso')));

const parts = path => path.split('/');

/** The row of the table that an address belongs to: of several, the one that spells out most. */
function rowOf(address) {
  const own = parts(address.replace(/[?#].*/, ''));
  const fits = row => parts(row).length === own.length && parts(row).every((part, i) => part.startsWith(':') ? own[i] !== '' : part === own[i]);
  const spelled = row => parts(row).filter(part => !part.startsWith(':')).length;
  return table.filter(fits).sort((a, b) => spelled(b) - spelled(a))[0];
}

/** Follows every link of whoever is signed in to a row of the table that has not been seen. */
async function follow(v, seen) {
  const waiting = new Map();
  const note = async () => {
    for (const href of await v.page.locator('a[href^="/staff"]').evaluateAll(all => all.map(a => a.getAttribute('href')))) {
      const row = rowOf(href);
      if (row && !seen.has(row) && !waiting.has(row)) waiting.set(row, href);
    }
  };
  await v.go('/staff');
  for (const consultation of [id, everyKind]) { await v.go(`/staff/${consultation}/duties`); await note(); }
  await v.go('/staff');
  await note();
  while (waiting.size > 0) {
    const [row, href] = waiting.entries().next().value;
    waiting.delete(row);
    const file = await v.context.request.get(base + href);
    assert.ok([200, 403, 409].includes(file.status()), `${href}: ${file.status()}`);
    if (file.status() !== 403) seen.add(row); // else somebody else may open it
    if (file.status() !== 200 || !file.headers()['content-type'].startsWith('text/html')) continue;
    await v.go(href);
    await v.page.setViewportSize(phone);
    await v.look();
    await v.page.setViewportSize(desk);
    await note();
  }
}

test('no page of staff is left out', async t => {
  const seen = new Set();

  // Something of every kind: an attachment, a published report, a batch whose sample is to be keyed again, a request.
  const sender = await Visitor.arrive(browser, phone, false);
  await sender.start(everyKind);
  await sender.answer({ K1: { options: ['often'] }, K8: { text: 'Open on Sundays.' } }, 'K9');
  await sender.page.locator('#answer').setInputFiles([{ name: 'file.txt', mimeType: 'text/plain', buffer: Buffer.from('Our minutes: the reading group wants Sundays.') }]);
  await sender.press('Upload');
  await sender.answer({ K10: { options: ['yes'] } });
  await sender.send();
  await sender.context.close();
  const v = await Visitor.arrive(browser, desk, true);
  await publish(v);
  await v.signIn('officer', `/staff/${everyKind}/keying`);
  await v.page.getByLabel('How many are there?').fill('1');
  await v.press('Open the batch');
  const batch = v.address;
  await v.follow('Key the next form');
  await v.page.locator('#key textarea').first().fill('A letter.');
  await v.turn(() => v.page.locator('#save').click());
  await v.go(batch);
  await v.press('Finish the batch');
  await v.go(`/staff/${id}/requests`);
  await v.follow('Log a request');
  await v.page.getByLabel('What is asked for').selectOption('erasure');
  await v.page.getByLabel('Reference').fill('R-1');
  await v.page.getByLabel('Received on').fill(new Date().toISOString().slice(0, 10));
  await v.press('Keep', v.main);
  await v.go('/staff/prove');

  // Each follows what is on their pages.
  const seeing = () => { for (const p of v.pages) seen.add(rowOf(p.address)); };
  seeing();
  await follow(v, seen);
  for (const role of ['second', 'analyst', 'auditor', 'councillor', 'admin']) {
    await v.press('Sign out');
    await v.signIn(role);
    await follow(v, seen);
    seeing();
  }
  await v.go('/staff/users');
  await v.page.getByLabel('Email address').fill('new@demo.example');
  await v.page.getByLabel('analyst').check();
  await v.press('Make a one-time link');
  const link = (await v.page.locator('.note code').innerText()).trim();
  const invited = await Visitor.arrive(browser, phone, true);
  await invited.go(link.replace(base, ''));
  seen.add(rowOf(invited.address));
  await invited.context.close();
  seeing();
  assert.deepEqual(table.filter(row => !seen.has(row) && !elsewhere.has(row)), [], 'pages that nothing leads to, or that nobody looked over');
  await v.leave(t);
});
