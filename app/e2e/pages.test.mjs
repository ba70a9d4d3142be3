// The pages around the form, and what people see when something is wrong.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, id, launch, phone, Visitor, zoomed } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [name, screen, scripts] of [['on a phone', phone, true], ['at a desk', desk, true], ['at 400 % zoom, scripts off', zoomed, false]]) {
  test(`the other pages ${name}`, async () => {
    const v = await Visitor.arrive(browser, screen, scripts);
    for (const [path, says] of [
      ['/', /Have your say/], ['/' + id, /You can answer until/], ['/privacy', /Reading sets no cookie/], ['/accessibility', /WCAG|Web Content Accessibility/],
      [`/${id}/receipt`, /code of twelve words/], [`/${id}/log/`, /The log of submissions/],
      ['/nothing-here', /Page not found/], [`/${id}/report`, /Page not found/], [`/${id}/respond/B1`, /Your answers are no longer here/],
      ['/staff/sign-in', /For council staff/],
    ]) {
      await v.go(path);
      assert.match(await v.text(), says, path);
      assert.equal(await v.page.locator('h1').count(), 1, `${path}: main headings`);
    }
    assert.deepEqual((await v.cookies()).filter(c => c.name === 'heard'), [], 'cookies of somebody who only read');

    await v.page.getByLabel('Email address').fill('nobody@demo.example');
    await v.page.getByLabel('Password').fill('not the password');
    await v.press('Sign in', v.main);
    assert.match(await v.page.getByRole('alert').innerText(), /not right/);
    assert.equal(await v.page.getByLabel('Email address').inputValue(), 'nobody@demo.example');

    await v.go(`/${id}/receipt`);
    await v.page.getByLabel('Enter your code of twelve words').fill('abandon ability');
    await v.press('Check');
    assert.ok(await v.page.getByRole('alert').isVisible());
    await v.leave();
  });
}

test('nobody can open the desk without signing in', async () => {
  const v = await Visitor.arrive(browser, desk, false);
  for (const path of ['/staff', '/staff/users', '/staff/audit', `/staff/${id}/search`, `/staff/${id}/themes`, `/staff/${id}/report`, `/staff/${id}/settings`]) {
    await v.go(path);
    assert.match(v.address, /^\/staff\/sign-in\?next=/, path);
  }
  await v.leave();
});
