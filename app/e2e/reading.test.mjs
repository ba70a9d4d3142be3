// Officers read what came in: two at once, one of them by keys, until nothing is
// unread and the analysis can be frozen.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, everyKind as id, launch, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`, queue = `${at}/reading`;

/** Sends a response with these words, and a file when there is one. */
async function respond(t, words, file) {
  const v = await Visitor.arrive(browser, desk, true);
  await v.start(id);
  await v.answer({ K1: { options: ['often'] }, K8: { text: words } }, 'K9');
  if (file) {
    await v.page.locator('#answer').setInputFiles([{ name: 'file.txt', mimeType: 'text/plain', buffer: Buffer.from(file) }]);
    await v.press('Upload');
  }
  await v.answer({ K10: { options: ['yes'] } });
  await v.send();
  await v.page.context().clearCookies();
  await v.leave(t);
}

/** A second officer. */
async function colleague(screen, scripts) {
  const v = await Visitor.arrive(browser, screen, scripts);
  await v.signIn('second');
  return v;
}

const key = (v, k) => v.turn(() => v.page.keyboard.press(k));
const summary = v => v.page.getByLabel(/What it says|What you wrote/);
const notice = v => v.page.locator('.notice').innerText();

/** What the settings say when the analysis is to be frozen. */
async function freeze(v) {
  await v.go(`${at}/settings`);
  await v.press('Freeze the analysis');
  return v.text();
}

test('nothing is frozen until everything is read', async t => {
  await respond(t, 'Open on Sundays.', 'Our minutes: the reading group wants Sundays.');
  await respond(t, 'Keep the evenings.');
  await respond(t, 'More seats, please.');
  const v = await Visitor.arrive(browser, desk, true), second = await colleague(phone, false);
  await v.signIn('officer', `${at}/settings`);
  await v.press('Close the consultation');
  assert.match(await freeze(v), /cannot be frozen yet: 3 submissions have not been read, and 1 attachment has no summary/);

  // Each is given another.
  await v.go(queue);
  assert.match(await v.text(), /Nobody has read any yet/);
  await key(v, 'n');
  while (!(await summary(v).count())) await key(v, 'n');
  const mine = v.address;
  await second.go(queue);
  await second.press('Next to read');
  const theirs = second.address;
  assert.ok(theirs.startsWith(queue + '/') && theirs !== mine, 'two officers were given the same');
  await second.go(mine);
  assert.match(await second.text(), /officer@demo\.example is reading this just now/);

  // What somebody wrote about an attachment is not overwritten.
  await key(v, 'r');
  assert.match(await v.page.getByRole('alert').innerText(), /Say what is in attachment 1/);
  await v.page.getByRole('alert').getByRole('link').click();
  await v.page.keyboard.type('Minutes: Sundays. crge?n');
  assert.equal(v.address, mine + '#summary-1', 'keys do nothing while somebody writes');
  await summary(second).fill('Minutes of a reading group.');
  await second.press(/^Keep the summary/);
  assert.match(await notice(second), /Kept/);
  await v.press('Read, and next');
  assert.match(await v.page.getByRole('alert').innerText(), /Somebody else has changed the summary of attachment 1/);
  const box = v.page.locator('section.summary');
  assert.match(await box.innerText(), /Minutes of a reading group\..*second@demo\.example/s);
  assert.equal(await summary(v).inputValue(), 'Minutes: Sundays. crge?n');
  await summary(v).fill('Minutes of a reading group, which wants Sundays.');
  await v.press('Rich in evidence');
  assert.match(await notice(v), /rich in evidence/);
  await v.page.locator('summary', { hasText: 'Earlier versions' }).click();
  assert.match(await box.innerText(), /Minutes of a reading group\./);
  await key(v, 'r');
  assert.match(await notice(v), /Read\./);
  assert.ok(![mine, theirs].includes(v.address), 'the next is neither read nor with somebody else');

  // Given back, it is for somebody else; coding is one key away.
  const last = v.address;
  await key(v, 'c');
  assert.ok(v.address.startsWith(`${at}/code?`));
  await v.go(last);
  await key(v, 'e');
  assert.equal(v.address, `${at}/submissions/${last.split('/').at(-1)}/redact`);
  await v.go(last + '?keys=off');
  await v.page.keyboard.press('g');
  assert.equal(v.address, last + '?keys=off', 'keys that are switched off do nothing');
  await v.go(last);
  await key(v, 'g');
  assert.equal(v.address, queue);
  assert.match(await notice(v), /Given back/);
  for (const filter of ['Not read', 'Read by you', 'Attachments without a summary', 'Rich in evidence', 'To look at again', 'Being read by others', 'All submissions']) await v.follow(filter, v.main);
  assert.equal(await v.page.locator('tbody tr').count(), 3);
  assert.match(await freeze(v), /2 submissions have not been read\./);

  await second.go(theirs);
  await second.press('Read, and next');
  assert.equal(second.address, last);
  await second.press('Read, and next');
  assert.equal(second.address, queue);
  assert.match(await notice(second), /nothing else to read/);
  assert.match(await second.text(), /3 of 3.*second@demo\.example: 2.*officer@demo\.example: 1/s);
  assert.match(await freeze(v), /3 submissions have not been checked for what could identify somebody/);
  await v.follow(/have not been checked/);
  assert.equal(v.address, `${at}/redactions`, 'what is still to do is one click away');
  await v.checkAll(id);
  assert.match(await freeze(v), /State\s+frozen/);
  await second.go(mine);
  assert.match(await second.text(), /Nothing can be changed about its reading/);
  assert.equal(await summary(second).count(), 0);
  await v.leave(t);
  await second.leave(t);
});
