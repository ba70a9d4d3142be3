// Somebody checks whether it was fair; a councillor reads the pack before Cabinet.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { base, both, desk, everyKind, id, launch, notYet, over, phone, publish, Visitor, zoomed } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;

/** How many pages of A4 a page takes on paper. */
async function sheets(v) {
  const pdf = await v.page.pdf({ format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' } });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g).length;
}

test('one officer proposes the report and another publishes it', async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await publish(v);
  await v.leave(t);
});

for (const [name, screen, scripts] of both) {
  test(`a councillor reads the pack ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.signIn('councillor');
    await v.go(`${at}/pack`);
    const pack = await v.text();
    assert.match(pack, /from version 1 of the report[^]*SHA-256 of this pack\s+[0-9a-f]{64}/);
    for (const part of ['For the proposal', 'Against the proposal', 'Points that one person made', 'One of: ']) assert.ok(pack.includes(part), part);
    assert.doesNotMatch((await v.main.getByRole('button').allInnerTexts()).join(), /vote|like|agree/i, 'nothing to vote with');
    if (await v.page.getByRole('button', { name: 'I have read this part' }).count() === 3) {
      await v.press('I have read this part');
      assert.match(await v.text(), /You have said that you read this part/);
    }
    assert.match(await v.text(), /say that they have read this part: fewer than 5/);

    // She looks for what was said of being moved on, and among a group at risk.
    await v.follow('Search the answers');
    await v.page.getByLabel('Words to look for').fill('displacement');
    await v.turn(() => v.page.getByRole('search').getByRole('button', { name: 'Search' }).click());
    assert.ok(await v.page.locator('.hits mark').count() > 0, 'what was said of it');
    await v.go(`${at}/search?q=displacement&g=sex_worker`);
    assert.match(await v.text(), /answers?\b|without saying whose they are/);
    await v.go(`${at}/search?q=displacement&g=sex_worker&w=northgate`);
    assert.match(await v.text(), /Not shown together, to protect people/);

    // Every number of the pack is one of the report.
    await v.go(`${at}/pack`);
    const figures = (await v.page.locator('ul.columns strong').allInnerTexts()).filter(n => /^\d+$/.test(n));
    await v.follow('The whole report');
    const report = await v.text();
    for (const n of figures) assert.match(report, new RegExp(`\\b${n}\\b`));
    await v.go(`${at}/pack`);
    await v.page.emulateMedia({ media: 'print' });
    assert.equal(await v.page.getByRole('button', { name: 'I have read this part' }).first().isVisible(), false, 'nothing to press on paper');
    await v.page.emulateMedia({ media: 'screen' });
    await v.press('Sign out');
    await v.leave(t);
  });
}

for (const [name, screen, scripts] of [['on a phone, scripts off', phone, false], ['at a desk, scripts on', desk, true], ['at 400 % zoom', zoomed, false]]) {
  test(`anybody checks the report ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.go('/' + id);
    await v.follow('The report on two pages');
    for (const part of ['What was asked', 'Who answered', 'Some points that only one person made', 'What the council will do']) assert.match(await v.text(), new RegExp(part));
    assert.equal(await sheets(v), 2, 'the summary is two sheets of paper at most');
    await v.follow('The whole report');
    const text = await v.text();
    assert.match(text, /This is version 1 of the report[^]*SHA-256 of this version\s+[0-9a-f]{64}/);
    assert.match(text, /campaign|same words/i);

    await v.follow('Published answers');
    const answers = v.page.locator('article');
    assert.ok(await answers.count() > 0, 'answers that may be published');
    assert.doesNotMatch((await answers.locator('.meta').allInnerTexts()).join(), /resident|sex|ward/i, 'who wrote it');
    const word = (await answers.first().locator('blockquote').innerText()).match(/[A-Za-z]{6,}/)[0];
    await v.page.getByLabel('Words to look for').fill(word);
    await v.turn(() => v.page.getByRole('search').getByRole('button', { name: 'Search' }).click());
    assert.ok(await v.page.locator('article mark').count() > 0, 'the word is found');
    await v.page.getByLabel('Words to look for').fill('zyxwvuxyz');
    await v.turn(() => v.page.getByRole('search').getByRole('button', { name: 'Search' }).click());
    assert.match(await v.text(), /No published answer matches/);
    if (await v.page.locator('a[rel=next]').count()) await v.follow('Next page');

    // The version has an address for ever, files of its own, and is in the feed.
    await v.go(`/${id}/report/1`);
    const href = await v.page.getByRole('link', { name: 'CSV' }).first().getAttribute('href');
    assert.match(href, new RegExp(`^/${id}/report/1/`));
    assert.equal((await v.context.request.get(base + href)).status(), 200);
    const feed = await (await v.context.request.get(`${base}/${id}/feed`)).text();
    assert.match(feed, /version 1 of the report is published/);
    assert.doesNotMatch(feed, /T(?!00:00:00Z)\d\d:/, 'no time of day');
    assert.deepEqual(await v.cookies(), [], 'cookies of somebody who only read');
    await v.leave(t);
  });
}

// The Nu Html Checker needs Java.
const checker = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar');
const java = spawnSync('java', ['-version']).status === 0;

test('public pages, the report and the desk are valid HTML', { skip: !java && 'java is not installed' }, async t => {
  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('officer');
  const dir = mkdtempSync(join(tmpdir(), 'heard-html-')), files = [];
  t.after(() => rmSync(dir, { recursive: true }));
  for (const path of ['/', `/${id}`, `/${everyKind}`, `/${notYet}`, `/${over}`, '/privacy', '/accessibility', '/safety', `/${everyKind}/respond`, `/${id}/receipt`, `/${id}/result`, `/${id}/paper`, `/${id}/log/`,
    `/${id}/report`, `/${id}/report?lang=ur`, `/${id}/report?lang=ro`, `/${id}/report/1`, `/${id}/summary`, `/${id}/answers`, '/nothing-here', '/staff', `${at}/report`, `${at}/versions`, `${at}/pack`,
    `${at}/search?q=patrols`, `${at}/themes`, `${at}/findings`, `${at}/reading`, `${at}/duties`]) {
    const answer = await v.page.request.get(new URL(path, v.page.url()).href); // as it is sent, and not as the browser mended it
    files.push(join(dir, `${files.length}${path.replace(/\W+/g, '-')}.html`));
    writeFileSync(files.at(-1), await answer.body());
  }
  const { messages } = JSON.parse(execFileSync('java', ['-jar', checker, '--errors-only', '--exit-zero-always', '--format', 'json', '--stdout', ...files], { maxBuffer: 1 << 26 }));
  t.diagnostic(`${files.length} pages`);
  assert.deepEqual(messages.map(m => `${m.url.split('/').at(-1)}, line ${m.lastLine}: ${m.message}`), []);
  await v.leave(t);
});
