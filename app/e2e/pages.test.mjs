// The pages around the form, what people see when something is wrong, and when
// nobody can answer.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, both, desk, id, launch, notYet, over, phone, Visitor, zoomed } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [name, screen, scripts] of [...both, ['at 400 % zoom, scripts off', zoomed, false]]) {
  test(`the other pages ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    for (const [path, says] of [
      ['/', /Have your say/], ['/' + id, /You can answer until/], ['/privacy', /Reading sets no cookie/], ['/accessibility', /WCAG|Web Content Accessibility/],
      ['/safety', /Staying safe online/], [`/${id}/respond`, /You can leave at any time/], [`/${id}/c/fern`, /You can leave at any time/], [`/${id}/c/no-such-card`, /You can leave at any time/],
      [`/${id}/receipt`, /code of twelve words/], [`/${id}/result`, /Be told what is decided/], [`/${id}/paper`, /Choose the form to print/], [`/${id}/log/`, /The log of submissions/],
      [`/${notYet}`, /opens on 6 January 2098/], [`/${notYet}/respond`, /opens on 6 January 2098/], [`/${over}`, /closed on 31 March 2025/], [`/${over}/respond`, /closed on 31 March 2025/],
      ['/nothing-here', /Page not found/], [`/${id}/report`, /Page not found/], [`/${notYet}/result`, /Page not found/], [`/${id}/respond/B1`, /Your answers are no longer here/],
      [`/${id}/respond/check`, /Your answers are no longer here/], [`/${id}/respond/saved`, /Your answers are no longer here/], ['/staff/sign-in', /For council staff/],
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

    // Being told the outcome, on a list of its own.
    await v.go(`/${id}/result`);
    const email = v.page.getByLabel('Email address');
    await email.fill('somebody at example');
    await v.press('Tell me', v.main);
    assert.match(await v.page.getByRole('alert').innerText(), /like name@example.org/);
    assert.equal(await email.inputValue(), 'somebody at example');
    await email.fill('somebody@demo.example');
    await v.press('Tell me', v.main);
    assert.match(await v.text(), /The address is on the list/);
    assert.doesNotMatch(await v.page.content(), /somebody@/, 'the address is not shown again');
    await v.follow('Back');
    await v.go(`/${id}/result`);
    await email.fill('somebody@demo.example');
    await v.press('Take me off the list');
    assert.match(await v.text(), /The address is not on the list/);
    await v.leave(t);
  });
}

for (const [name, screen, scripts] of both) {
  test(`while the consultation is paused ${name}`, async t => {
    const [v, late, officer] = [await Visitor.arrive(browser, screen, scripts), await Visitor.arrive(browser, screen, scripts), await Visitor.arrive(browser, desk, false)];
    await v.start();
    await v.give({ A1: { options: ['self'] } });
    await late.go(`/${id}/respond`);
    await officer.signIn('officer', `/staff/${id}/settings`);
    await officer.press('Pause the consultation');
    assert.match(await officer.text(), /Nobody can start a response/);

    // Whoever stood before the first question is told, in words.
    await late.press('Continue', late.main);
    assert.match(await late.text(), /paused/);
    assert.deepEqual(await late.cookies(), []);
    for (const path of [`/${id}`, `/${id}/respond`, `/${id}/c/fern`]) {
      await late.go(path);
      assert.match(await late.text(), /This consultation is paused at the moment/, path);
      assert.equal(await late.page.locator('main a.go, main form').count(), 0, `${path}: nothing to start with`);
    }
    // Whoever had started can finish.
    await v.go('/' + id);
    await v.follow('Continue your answers');
    assert.equal(v.step, 'A2', 'at the first question without an answer');
    await v.give({ C1: { options: ['agree'] } });
    await v.send();
    await v.follow('No, finish');
    assert.equal((await v.words()).length, 12);
    await officer.press('Go on');
    await late.go('/' + id);
    assert.match(await late.text(), /You can answer until/);
    for (const who of [v, late, officer]) await who.leave(t);
  });
}

test('nobody can open the desk without signing in', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  for (const path of ['/staff', '/staff/users', '/staff/audit', `/staff/${id}/search`, `/staff/${id}/themes`, `/staff/${id}/report`, `/staff/${id}/settings`, `/staff/${id}/attention`, `/staff/${id}/contacts`]) {
    await v.go(path);
    assert.match(v.address, /^\/staff\/sign-in\?next=/, path);
  }
  await v.leave(t);
});

test('what cannot be done is said in words', async t => {
  const v = await Visitor.arrive(browser, phone, true);
  await v.answerForExit();
  await v.start();
  await v.go(`/${id}/respond/S5`); // not on the way of somebody who has answered nothing
  assert.match(await v.text(), /no such question on your way/);
  assert.ok(await v.page.getByRole('link', { name: 'Exit this page' }).isVisible());

  // A page of another response that was left open shows other answers than would be sent.
  await v.go(`/${id}/respond/A1`);
  await v.give({ A1: { options: ['self'] }, C1: { options: ['agree'] } });
  await v.page.locator('[name=token]').evaluate(e => { e.value = '0'.repeat(24) + '.0'; });
  await v.send();
  assert.match(await v.page.getByRole('alert').innerText(), /not up to date/);
  await v.go(`/${id}/respond/C1?change=yes`);
  await v.page.locator(':checked').evaluate(e => { e.checked = false; });
  await v.proceed();
  await v.send();
  assert.match(await v.page.getByRole('alert').innerText(), /Answer at least one question/);
  await v.follow('Exit this page');

  // From another website.
  const answer = await v.context.request.post(`${base}/${id}/respond`, { headers: { Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'cross-site' }, form: { lang: 'en' }, maxRedirects: 0 });
  assert.equal(answer.status(), 403);
  assert.match(await answer.text(), /Nothing was saved/);
  await v.leave(t);
});

test('somebody who is still answering when the consultation closes', async t => {
  const [v, officer] = [await Visitor.arrive(browser, phone, true), await Visitor.arrive(browser, desk, false)];
  await v.answerForExit();
  await v.start();
  await v.give({ A1: { options: ['self'] }, C1: { options: ['agree'] } });
  await officer.signIn('officer', `/staff/${id}/settings`);
  await officer.press('Close the consultation');
  await v.send();
  assert.match(await v.text(), /This consultation has closed/);
  await v.follow('Exit this page');
  for (const who of [v, officer]) await who.leave(t);
});
