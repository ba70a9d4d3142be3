// Councillors and staff at work.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, id, launch, phone, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;
const both = [['on a phone', phone], ['at a desk', desk]];

/** Follows the desk's link to a page of the demonstration. */
const open = (v, page) => v.turn(() => v.page.locator(`a[href="${at}/${page}"]`).first().click());

test('a councillor never sees a name', async t => {
  const resident = await Visitor.arrive(browser, phone, false);
  await resident.start();
  await resident.give({
    A1: { options: ['self'] }, A2: { options: ['live_here'] }, G1: { options: ['yes'] },
    C6: { text: 'My name is Margaret Ellery, ring me on 020 7946 0857. The bullfinches have gone since the cars came.' },
  });
  await resident.send();
  await resident.follow('No, finish');
  await resident.leave(t);

  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('councillor');
  await until('the answer to be found', async () => {
    await v.go(`${at}/search?q=bullfinches`);
    return await v.page.locator('mark').count() > 0;
  });
  const hit = await v.page.locator('.hits a').first().getAttribute('href');
  const named = /Ellery|7946/;
  assert.doesNotMatch(await v.page.content(), named);
  for (const address of [hit, hit + '?original=yes']) {
    await v.go(address);
    assert.match(await v.text(), /bullfinches/);
    assert.doesNotMatch(await v.page.content(), named, address);
    assert.doesNotMatch(await v.text(), /original words/i);
  }
  for (const q of ['Ellery', '02079460857']) {
    await v.go(`${at}/search?q=${q}`);
    assert.match(await v.text(), /Nothing matches/, 'a name cannot be searched for');
  }
  for (const closed of ['/staff/users', '/staff/audit', `${at}/settings`, `${at}/report`, `${at}/attention`, `${at}/contacts`, `${at}/code`, `${at}/themes/none`]) {
    await v.go(closed);
    assert.match(await v.text(), /You cannot open this/, closed);
  }
  await v.leave(t);
});

for (const [name, screen] of both) {
  test(`a councillor searches ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, true);
    await v.signIn('councillor');
    await open(v, 'search');
    await v.page.getByLabel('Words to look for').fill('displacment');
    await v.turn(() => v.page.getByRole('search').getByRole('button', { name: 'Search' }).click());
    assert.match((await v.page.locator('mark').allInnerTexts()).join(' '), /displace/i, 'the misspelt word is found');

    await v.page.locator('summary', { hasText: 'Respondent group' }).click();
    await v.page.getByLabel(/^Organisations/).check();
    await v.press('Apply');
    const chosen = v.page.getByRole('list', { name: 'Filters in force' });
    assert.match(await chosen.innerText(), /Organisations/);
    const only = async group => {
      const hits = await v.page.locator('.hits .meta').allInnerTexts();
      assert.ok(hits.length > 0, `hits in the group ${group}`);
      for (const meta of hits) assert.match(meta, group);
    };
    await only(/Organisations/);

    const searched = v.address;
    await v.turn(() => v.page.locator('.hits a').first().click());
    assert.match(await v.text(), /Submission/);
    assert.doesNotMatch(await v.text(), /original words/i);
    await v.back();
    assert.equal(v.address, searched);
    assert.match(await chosen.innerText(), /Organisations/);
    await v.turn(() => chosen.getByRole('link').click());
    assert.equal(await chosen.count(), 0, 'the filter is taken away');

    // A group at risk can be read, and crossed with nothing else.
    await v.go(`${at}/search?q=alone&g=sex_worker`);
    await only(/Sex workers/);
    assert.match(await v.page.locator('h2').first().innerText(), /fewer than 10 answers/i);
    await v.go(`${at}/search?q=alone&g=sex_worker&ch=web`);
    assert.match(await v.text(), /Not shown together, to protect people/);
    await v.go(`${at}/search?q=zyxwv`);
    assert.match(await v.text(), /Nothing matches/);
    await v.go(`${at}/themes`);
    assert.equal(await v.main.getByRole('button').count(), 0, 'a councillor decides on no theme');
    await v.press('Sign out');
    assert.deepEqual(await v.cookies(), [], 'cookies after signing out');
    await v.leave(t);
  });
}

test('a new run keeps what an officer decided on themes', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await v.signIn('officer');
  await open(v, 'themes');
  const names = () => v.page.locator('article.theme').count();
  const before = await names();
  assert.ok(before >= 4, `${before} themes to work on`);
  const ids = await v.page.locator('article.theme').evaluateAll(all => all.map(e => e.id.replace('theme-', '')));
  const [first, gone, into] = ids;

  const mine = 'Cleaning up after the night';
  await v.go(`${at}/themes/${first}`);
  await v.page.getByLabel('Name', { exact: true }).fill(mine);
  await v.press('Rename');
  assert.match(await v.page.getByRole('status').first().innerText(), /renamed/);
  await v.press('Approve');
  await v.go(`${at}/themes/${gone}`);
  await v.page.locator('summary', { hasText: 'merge it' }).click();
  await v.page.getByLabel('Merge it into').selectOption(into);
  await v.press('Merge');
  assert.equal(v.address, `${at}/themes/${into}`);

  await v.go(`${at}/themes`);
  assert.equal(await names(), before - 1);
  await v.press('Find themes again');
  await until('the new run', async () => {
    await v.reload();
    return await v.page.getByRole('button', { name: 'Find themes again' }).count() > 0;
  });
  const kept = v.page.locator(`#approved + ul #theme-${first}`);
  assert.match(await kept.innerText(), new RegExp(mine), 'the name and the approval are kept');
  assert.equal(await v.page.locator(`article#theme-${gone}`).count(), 0, 'the merger is kept');

  await v.turn(() => kept.getByRole('link').first().click());
  await v.turn(() => v.page.getByRole('link', { name: /^Submission/ }).first().click());
  await v.follow('Show the original words');
  assert.match(await v.text(), /Your reading of them has been recorded/);
  await v.leave(t);
});

for (const [name, screen] of both) {
  test(`staff pages ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, true);
    await v.signIn('officer');
    for (const path of [`${at}/themes`, `${at}/code`, `${at}/code?blind=1`, `${at}/report`, `${at}/attention`, '/staff?template=pspo-renewal']) await v.go(path);
    await v.go(`${at}/settings`);
    assert.match(await v.text(), new RegExp(`/${id}/c/fern`), 'the address of the outreach card');
    assert.match(await v.text(), /Romanian.*not yet/s, 'which translations nobody has checked');
    await v.press('Sign out');

    // A consultation file with faults is refused, fault by fault.
    await v.signIn('admin');
    await v.page.getByLabel('Consultation file').fill('heard: 1\nid: x');
    await v.press('Save as a draft');
    assert.ok(await v.page.getByRole('alert').getByRole('link').count() > 0, 'faults are named');

    await v.go('/staff/users');
    await v.press('Make a one-time link');
    assert.ok(await v.page.getByRole('alert').isVisible(), 'an invitation to nobody is refused');
    await v.page.getByLabel('Email address').fill(`new-${screen.width}@demo.example`);
    await v.page.getByLabel('analyst').check();
    await v.press('Make a one-time link');
    const link = (await v.page.locator('.note code').innerText()).trim();

    const invited = await Visitor.arrive(browser, screen, true);
    await invited.go(link.replace(base, ''));
    await invited.page.getByLabel('Password').fill('short');
    await invited.press('Save and sign in');
    assert.ok(await invited.page.getByRole('alert').isVisible(), 'a short password is refused');
    await invited.page.getByLabel('Password').fill('three unrelated words');
    await invited.press('Save and sign in');
    assert.equal(invited.address, '/staff');
    await invited.leave(t);
    await v.press('Sign out');

    await v.signIn('auditor');
    await v.go('/staff/audit');
    assert.match(await v.text(), /invite/i);
    await v.leave(t);
  });
}
