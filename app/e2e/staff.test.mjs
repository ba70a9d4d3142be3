// Staff at work.

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
    for (const path of [`${at}/themes`, `${at}/code`, `${at}/code?way=blind`, `${at}/report`, `${at}/attention`, `${at}/code?way=settle`, `${at}/frame`, `${at}/preview`, `${at}/essentials`, '/staff?template=pspo-renewal']) await v.go(path);
    await v.go(`${at}/settings`);
    assert.match(await v.text(), new RegExp(`/${id}/c/fern`), 'the address of the outreach card');
    assert.match(await v.text(), /Romanian.*not yet/s, 'which translations nobody has checked');
    // A consultation of a template, filled in without a file and looked at in every language.
    await v.go('/staff');
    await v.page.getByLabel('Short address').fill(`mill-lane-${name.replace(/[^a-z]+/g, '-')}`);
    await v.page.getByLabel('Template').selectOption({ label: 'Renewing a public spaces protection order' });
    await v.press('Make a draft');
    await v.page.getByLabel('Title of the consultation').fill('Mill Lane: have your say');
    await v.page.getByLabel('Closes').fill('some day');
    await v.press('Save this version');
    assert.match(await v.text(), /There is a problem/);
    await v.page.getByLabel('Closes').fill('2099-12-14 23:59');
    await v.press('Save this version');
    assert.match(await v.page.locator('[role=status]').first().innerText(), /Saved as version 2/);
    await v.follow('Look at them');
    await v.turn(() => v.page.locator('main section a[lang=ur]').first().click());
    await v.turn(() => v.page.locator('#step button').first().click());
    assert.equal(await v.page.locator('html').getAttribute('dir'), 'rtl');
    await v.go(`${at}/settings`);
    await v.press('Sign out');

    // A consultation file with faults is refused, fault by fault.
    await v.signIn('admin');
    await v.page.getByText('Write or paste a consultation file').click();
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
