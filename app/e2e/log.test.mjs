// Somebody keeps the receipt that is shown after sending, takes the answers back,
// and checks in the browser that the public log has their entry: not before the
// day's batch, and then without anybody learning whose it is.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, id, launch, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Checks a receipt on the page of the log, and returns what the page says. */
async function check(v, receipt) {
  await v.go(`/${id}/log/`);
  await v.page.getByLabel('Paste your receipt').fill(receipt);
  await v.page.getByRole('button', { name: 'Check' }).click();
  const said = v.page.locator('[data-found]:visible');
  await said.waitFor();
  return said.innerText();
}

test('a receipt is checked in the browser', async t => {
  const v = await Visitor.arrive(browser, phone, true);
  await v.start();
  await v.give({ A1: { options: ['self'] }, A2: { options: ['live_here'] }, C1: { options: ['disagree'] }, C6: { text: 'The lamps by the yard are out.' }, G1: { options: ['no'] } });
  await v.send();
  await v.follow('No, finish');
  const code = await v.words();
  await v.page.getByText('Your signed receipt').click();
  const receipt = await v.page.locator('pre').innerText();
  assert.match(receipt, /^Receipt from Heard, version 2\n[^]*\nkey: heard\/[^]*\n\n— heard\//);
  assert.match(await check(v, receipt), /not in the log[^]*try again tomorrow/);
  assert.match(await check(v, 'hello'), /not a receipt/);
  assert.match(await check(v, receipt.replace(/received: .*/, 'received: 2026-01-01')), /not as it was signed|cannot check signatures|not in the log/);

  await v.use(code);
  await v.page.getByLabel(/I am sure|Yes/).check();
  await v.press('Take my answers back', v.main);
  const officer = await Visitor.arrive(browser, desk, true);
  await officer.signIn('officer');
  for (const button of ['Close the consultation', 'Freeze the analysis']) { // with the roll-call
    await officer.go(`/staff/${id}/settings`);
    await officer.press(button);
  }
  await officer.leave(t);

  await v.use(code);
  await v.page.locator('details summary').first().click();
  const told = await v.page.locator('pre').innerText();
  assert.match(told, /\nstate: withdrawn\nentry: state 1\nopening: /);
  const asked = [];
  v.page.on('request', r => asked.push(r.url().replace(base, '')));
  for (const r of [receipt, told, receipt.replaceAll('\n', ' \r\n\r\n')]) assert.match(await check(v, r), /its entry is in the log|entry of this receipt is in the log/);
  assert.deepEqual([...new Set(asked.filter(u => u.includes('/log/')))].sort(), ['', 'checkpoint', 'key', 'leaves', 'manifests', 'openings'].map(f => `/${id}/log/${f}`), 'whole files and nothing else');
  await v.leave(t);
});
