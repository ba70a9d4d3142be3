// The pages in the six languages of the demonstration, and the way between them.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { both, id, launch, phone, Visitor, wording } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const languages = { en: 'English', ro: 'Română', ur: 'اردو', pa: 'ਪੰਜਾਬੀ', bn: 'বাংলা', pl: 'Polski' };
const lang = v => v.page.locator('html').getAttribute('lang');

for (const [name, screen, scripts] of both) {
  test(`turning the pages into another language loses nothing ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.answerForExit();
    await v.go('/' + id);
    for (const [code, language] of Object.entries(languages)) {
      if (code !== 'en') await v.follow(language);
      assert.equal(await lang(v), code);
      const unchecked = await v.page.getByText(wording(code, 'layout.unchecked')).count();
      assert.equal(unchecked, code === 'en' ? 0 : 1, `${code}: says that nobody has checked it`);
    }
    assert.deepEqual(await v.cookies(), [], 'cookies of somebody who only reads');
    await v.follow('Română');
    await v.turn(() => v.page.locator('main a.go').first().click());
    assert.equal(await lang(v), 'ro', 'the choice goes with them');
    await v.follow('Polski');
    await v.turn(() => v.page.locator('main form button').click());
    assert.equal(await lang(v), 'pl');

    // What is on the page but not sent yet is kept: a choice, words, and what is faulty.
    await v.fill({ options: ['self'] });
    await v.speak('en');
    assert.equal(v.step, 'A1');
    assert.ok(await v.page.getByLabel('For myself').isChecked());
    await v.proceed();
    await v.go(`/${id}/respond/B6`);
    const text = 'Noise at night. '.repeat(200); // too long
    await v.fill({ text });
    await v.speak('ro');
    assert.equal(v.step, 'B6');
    assert.equal(await lang(v), 'ro');
    assert.equal(await v.page.locator('#answer').inputValue(), text.trim());
    assert.equal(await v.page.getByRole('alert').count(), 0, 'nothing is refused before it is sent');
    await v.proceed();
    assert.ok((await v.page.locator('.fault').innerText()).includes(wording('ro', 'fault.prefix')), 'the fault is told in the language of the page');
    assert.doesNotMatch(await v.page.locator('.fault').innerText(), /characters/);
    await v.speak('ur');
    assert.equal(await v.page.locator('html').getAttribute('dir'), 'rtl');
    assert.equal(await v.page.locator('#answer').inputValue(), text.trim());
    await v.fill({ text: 'شور رات کو' });
    await v.proceed();
    await v.go(`/${id}/respond/check`);
    assert.match(await v.page.locator('#B6').innerText(), /شور رات کو/);
    await v.speak('en');
    assert.match(await v.page.locator('#B6').innerText(), /شور رات کو/, 'what people wrote stays in their language');
    await v.follow('Exit this page');
    await v.leave(t);
  });
}

for (const code of Object.keys(languages)) {
  test(`the pages around the form on an old phone in ${code}`, async t => {
    const v = await Visitor.arrive(browser, phone, true, code);
    for (const path of ['/', '/' + id, `/${id}/respond`, `/${id}/c/fern`, '/safety', '/privacy', '/accessibility', `/${id}/receipt`, `/${id}/result`, `/${id}/log/`, `/${id}/paper`, `/${id}/paper?form=2`, '/nothing-here', `/${id}/respond/B1`]) {
      await v.go(path);
      assert.equal(await lang(v), code, `${path}: in the language that the browser prefers`);
      assert.equal(await v.page.locator('html').getAttribute('dir'), code === 'ur' ? 'rtl' : 'ltr');
      assert.equal(await v.page.locator('h1').count(), 1, `${path}: main headings`);
    }
    await v.leave(t);
  });
}
