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

/** How many pages of a row are read for what they lead to. */
const enough = 8;

/**
 * Reads page after page of whoever is signed in, by the links on each, and looks over
 * the first of every row of the table that nobody has looked over yet.
 */
async function follow(v, seen) {
  const read = {}, known = new Set(['/staff']), waiting = ['/staff', `/staff/${id}/duties`, `/staff/${everyKind}/duties`,
    // What only some states of a consultation lead to.
    `/staff/${id}/frame`, `/staff/${everyKind}/report/heard-once`, `/staff/${everyKind}/essentials`];
  for (let href; (href = waiting.shift());) {
    const row = rowOf(href);
    if (!row || (read[row] = (read[row] ?? 0) + 1) > enough) continue;
    const answer = await v.context.request.get(base + href);
    assert.ok([200, 403, 404, 409].includes(answer.status()), `${href}: ${answer.status()}`);
    if (answer.status() !== 200) { // for somebody else, not yet, or no program to print with
      if (answer.status() === 409) seen.add(row);
      continue;
    }
    if (!answer.headers()['content-type'].startsWith('text/html')) {
      seen.add(row);
      continue;
    }
    for (const [, to] of (await answer.text()).matchAll(/href="(\/staff[^"#?]*)/g)) {
      if (!known.has(to)) waiting.push(to);
      known.add(to);
    }
    if (seen.has(row)) continue;
    seen.add(row);
    await v.go(href);
    await v.page.setViewportSize(phone);
    await v.look();
    await v.page.setViewportSize(desk);
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
