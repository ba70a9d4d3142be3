// An officer and what the council owes: a step is refused, then taken.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { readFileSync } from 'node:fs';
import { base, desk, id, launch, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const fresh = readFileSync(new URL('testdata/every-kind.yaml', import.meta.url), 'utf8');
const today = new Date().toISOString().slice(0, 10);
const day = n => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

/** Puts one duty on record. */
async function record(v, draft, number, state, evidence) {
  await v.go(`/staff/${draft}/duties/${number}`);
  await v.page.locator(`[name=state][value="${state}"]`).check();
  await v.page.getByLabel('Evidence, or the reason').fill(evidence);
  await v.page.getByLabel('Name and office').fill('Ada Tremlett, head of libraries');
  await v.page.getByLabel('Day on which').fill(today);
  await v.press('Put it on record');
  assert.equal(v.address, `/staff/${draft}/duties#duty-${number}`);
  assert.match(await v.page.locator(`#duty-${number}`).innerText(), new RegExp(state === 'met' ? 'Met' : 'Not applicable'));
}

for (const [name, screen, scripts] of [['on a phone, scripts off', phone, false], ['at a desk', desk, true]]) {
  test(`a draft is refused, meets its duties and opens ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    const draft = `duties-${screen.width}`;
    await v.signIn('officer');
    await v.page.getByText('Write or paste a consultation file').click();
    await v.page.getByLabel('Consultation file').fill(fresh.replace(/^id: .*$/m, `id: ${draft}`));
    await v.press('Save as a draft');
    assert.equal(v.address, `/staff/${draft}/settings`);
    await v.press('Open the consultation');
    const refused = v.page.getByRole('alert');
    assert.match(await refused.innerText(), /Duty 3: .*published\. Record the evidence/s, 'each duty is named, with what to do');
    const owed = await refused.getByRole('link').evaluateAll(all => all.map(a => Number(a.hash.replace('#duty-', ''))));
    assert.ok(owed.length >= 10, `${owed.length} duties hold it back`);

    // What says too little is refused where it was typed, and nothing is lost.
    await v.go(`/staff/${draft}/duties/3`);
    await v.page.locator('[name=state][value=met]').check();
    await v.page.getByLabel('Name and office').fill('Ada Tremlett');
    await v.press('Put it on record');
    assert.match(await v.page.getByRole('alert').innerText(), /Say what shows that it was done/);
    assert.equal(await v.page.getByLabel('Name and office').inputValue(), 'Ada Tremlett');

    for (const number of owed) {
      await v.go(`/staff/${draft}/duties/${number}`);
      const typed = await v.page.locator('[name=state][value=met]').count() > 0;
      await record(v, draft, number, typed ? 'met' : 'not applicable', 'On the council’s website since the first of the month.');
    }
    assert.match(await v.page.locator('#step-1').innerText(), /nothing holds it back/);
    await v.go(`/staff/${draft}/settings`);
    await v.press('Open the consultation');
    assert.match(await v.page.getByRole('status').first().innerText(), /now open/);

    // What people are asked is locked; a wording changes with a notice that everybody is shown.
    const file = v.page.getByLabel('Consultation file (YAML)'), opened = (await file.inputValue()).replace(/^version: 1$/m, 'version: 2');
    const noticed = opened + `changes:\n  - {version: 2, day: ${today}, text: "We say more plainly what we propose."}\n`;
    await file.fill(noticed.replace('{id: never, text: Never}', '{id: hardly, text: Hardly ever}'));
    await v.press('Save this version');
    assert.match(await v.page.getByRole('alert').innerText(), /questions.*people are answering already: expected this to stay as it is/);
    const plainer = 'We have not decided anything. Tell us what you think.';
    await file.fill(opened.replace('We have not decided. We want to know what you think first.', plainer));
    await v.press('Save this version');
    assert.match(await v.page.getByRole('alert').innerText(), /expected a notice that says what version 2 changes/);
    await file.fill(noticed.replace('We have not decided. We want to know what you think first.', plainer));
    await v.press('Save this version');
    await v.page.getByLabel('New closing day and time').fill('2099-01-31 23:59');
    await v.press('Close later', v.main);
    assert.match(await v.page.locator('#notice-fault').innerText(), /Say what changes and why/);
    await v.page.getByLabel('What changes, and why').fill('Schools asked for more time.');
    await v.press('Close later', v.main);
    assert.match(await v.text(), /Version of the file\s*3/);
    await v.press('Pause the consultation');
    await v.press('Go on');
    await v.go('/' + draft);
    for (const said of [plainer, 'We say more plainly what we propose.', 'Schools asked for more time.', '31 January 2099']) assert.ok((await v.text()).includes(said), said);

    // Nobody is told one day and closed upon before it, unless a named person says why.
    await v.go(`/staff/${draft}/settings`);
    await v.press('Close the consultation');
    assert.match(await v.page.getByRole('alert').innerText(), /Duty 16: .*until 31 January 2099/s);

    // Two at once: the second is told what is on record, and loses nothing.
    const second = await Visitor.arrive(browser, screen, scripts);
    await second.signIn('officer');
    await second.go(`/staff/${draft}/duties/29`);
    await record(v, draft, 29, 'met', 'Everybody was written to.');
    await second.page.locator('[name=state][value="not applicable"]').check();
    await second.page.getByLabel('Evidence, or the reason').fill('Nobody left an address.');
    await second.page.getByLabel('Name and office').fill('Idris Pennock');
    await second.page.getByLabel('Day on which').fill(today);
    await second.press('Put it on record');
    assert.match(await second.page.getByRole('alert').innerText(), /Somebody else has changed this meanwhile/);
    assert.match(await second.text(), /Everybody was written to/);
    assert.equal(await second.page.getByLabel('Evidence, or the reason').inputValue(), 'Nobody left an address.');
    await second.press('Put it on record');
    assert.equal(second.address, `/staff/${draft}/duties#duty-29`);
    await second.leave(t);
    await record(v, draft, 16, 'not applicable', 'The library burned down, so there is nothing left to decide.');
    await v.go(`/staff/${draft}/settings`);
    await v.press('Close the consultation');
    assert.match(await v.page.getByRole('status').first().innerText(), /now closed/);
    await v.go('/' + draft);
    assert.equal(await v.page.locator('main a.go').count(), 0, 'nobody can answer any more');
    await v.leave(t);
  });

  test(`dates, their calendar and the register ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts), at = `/staff/${id}`;
    await v.signIn('officer');
    await v.go(`${at}/duties`);
    assert.match(await v.text(), /Rosalind Achterberg/, 'who signed stands on the page');
    await v.page.getByLabel('Meeting that decides').fill(day(90));
    await v.page.getByLabel('Last day of the call-in').fill(day(80));
    await v.press('Save the dates');
    assert.match(await v.page.getByRole('alert').innerText(), /not before the meeting/);
    await v.page.getByLabel('Last day of the call-in').fill(day(97));
    await v.press('Save the dates');
    assert.match(await v.text(), /Last day to publish agenda and papers/);

    await v.press(/^Make (an|a new) address/);
    const link = (await v.page.locator('.note code').innerText()).trim();
    const seen = await fetch(base + link.replace(base, '').replace(/^https?:\/\/[^/]+/, ''));
    assert.equal(seen.status, 200);
    assert.match(seen.headers.get('content-type'), /^text\/calendar/);
    assert.equal(seen.headers.get('cache-control'), 'no-store');
    assert.match(await seen.text(), new RegExp(`UID:meeting\\.${id}@heard\\.invalid\\r\\n[^]*DTSTART;VALUE=DATE:${day(90).replaceAll('-', '')}`));
    await v.go(`${at}/duties`);
    assert.doesNotMatch(await v.text(), /calendar\/[A-Za-z0-9_-]{20}/, 'the address is shown once');
    await v.press('Take the address away');
    assert.equal((await fetch(seen.url)).status, 404);

    await v.go(`${at}/register`);
    assert.match(await v.text(), /Keep Harbour Lane safe/);
    await v.turn(() => v.page.locator('a[href$="kind=petition"]').click());
    await v.press('Keep');
    assert.match(await v.page.getByRole('alert').innerText(), /Enter a name/);
    await v.page.getByLabel('Title of the petition').fill(`Lamps for the canal, ${screen.width}`);
    await v.page.getByLabel('Body that organised it').fill('Canal Side Neighbours');
    await v.page.getByLabel('Received on').fill(today);
    await v.page.getByLabel('Signatures counted').fill('1,204');
    await v.page.getByLabel('How they were checked').fill('None were.');
    await v.page.getByLabel('Wording that people signed').fill('We ask for lamps.');
    await v.press('Keep');
    assert.match(await v.text(), /1204/);
    await v.go(`${at}/report`);
    assert.match(await v.page.locator('#petitions').locator('..').innerText(), /Lamps for the canal.*1,?204/s);
    await v.press('Sign out');

    // Others read it and change nothing.
    await v.signIn('auditor', '/staff');
    for (const page of ['duties', 'duties/3', 'register']) {
      await v.go(`${at}/${page}`);
      assert.equal(await v.main.getByRole('button').count(), 0, `an auditor can change something on ${page}`);
    }
    await v.leave(t);
  });
}
