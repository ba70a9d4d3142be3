// An outreach worker passes on what one woman said, and starts the next form.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, id, launch, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const said = 'She says the vans come at midnight now and nobody stays long enough to talk to.';

const answers = {
  A1: { options: ['helper'] }, H1: { options: ['own_words'] }, H3: { options: ['yes_all'] }, H4: { options: ['sex_workers'] },
  H5: { options: ['romanian'] }, H5b: { options: ['me'] }, S1: { options: ['less_time'] }, S2: { options: ['bit_less_safe'] },
  S5: { text: said }, C1: { options: ['disagree'] }, G1: { options: ['yes'] },
};

for (const [name, screen, scripts] of [['on a phone, scripts off', phone, false], ['at a desk, scripts on', desk, true]]) {
  test(`a helper passes on one woman's words ${name}`, async () => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.start();
    await v.answer(answers, 'S5');
    await v.answer(answers);
    assert.match(await v.page.locator('#S5').innerText(), /midnight/);
    await v.press('Send my answers');
    assert.equal(await v.page.locator('.words li').count(), 12);
    assert.deepEqual(await v.cookies(), [], 'cookies after sending');

    // The next form knows nothing of the last one.
    await v.go('/' + id);
    assert.equal(await v.page.getByRole('link', { name: 'Continue your answers' }).count(), 0);
    await v.start();
    for (const seen = []; v.step !== 'check';) {
      assert.ok(seen.push(v.step) < 60);
      assert.equal(await v.page.locator(':checked').count(), 0, `${v.step}: something is ticked`);
      for (const box of await v.page.locator('[name=text]').all()) assert.equal(await box.inputValue(), '', `${v.step}: something is written`);
      if (v.step !== 'S5') await v.fill(answers[v.step]);
      await v.proceed();
    }
    assert.doesNotMatch(await v.page.content(), /midnight/);

    // Without agreement, only the helper's own view is asked for.
    await v.follow(/Change/, v.page.locator('#H3'));
    await v.fill({ options: ['no'] });
    await v.proceed();
    await v.answer({ A2: { options: ['support_work'] } });
    assert.ok(v.pages.some(p => p.address.includes('/respond/H6')), 'the helper is told to give only their own view');
    for (const theirs of ['H4', 'S1', 'S5']) assert.equal(await v.page.locator('#' + theirs).count(), 0, `${theirs} is not asked any more`);
    assert.match(await v.page.locator('#A2').innerText(), /supporting sex workers/);
    await v.leave();
  });
}
