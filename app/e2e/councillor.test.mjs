// A councillor before Cabinet, on a Sunday night.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, everywhere, id, launch, phone, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const at = `/staff/${id}`;

/** What a page of the search may weigh at most, in bytes over the network, with all that it loads. */
const heaviest = 60_000;

/** Follows the desk's link to a page of the demonstration. */
const open = (v, page) => v.turn(() => v.page.locator(`a[href="${at}/${page}"]`).first().click());

/** Presses Search. */
const search = v => v.turn(() => v.page.getByRole('search').getByRole('button', { name: 'Search' }).click());

/** Opens the filters, which a phone folds, and those of one attribute. */
async function narrow(v, attribute) {
  const all = v.page.locator('.narrow');
  if (await all.locator('> summary').isVisible() && await all.getAttribute('open') === null) await all.locator('> summary').click();
  const one = v.page.locator('.narrow details').filter({ has: v.page.locator('summary', { hasText: attribute }) });
  if (await one.getAttribute('open') === null) await one.locator('summary').click();
  return one;
}

/** Chooses a value, with the page brought up to date by itself or by pressing Apply. */
async function choose(v, attribute, value) {
  const box = (await narrow(v, attribute)).getByLabel(value);
  if (!v.scripts) {
    await box.check();
    return v.press('Apply');
  }
  const before = v.address;
  await box.check();
  await v.page.waitForFunction(before => location.pathname + location.search !== before, before);
  return v.look();
}

const chosen = v => v.page.getByRole('list', { name: 'Filters in force' });

test('a councillor finds nothing before the consultation has closed, and no name after it', async t => {
  const resident = await Visitor.arrive(browser, phone, false);
  await resident.start();
  await resident.give({
    A1: { options: ['self'] }, A2: { options: ['live_here'] }, G1: { options: ['yes'] },
    C6: { text: 'My name is Margaret Ellery, ring me on 020 7946 0857. The bullfinches have gone since the cars came.' },
  });
  await resident.send();
  await resident.follow('No, finish');
  await resident.leave(t);

  const officer = await Visitor.arrive(browser, desk, false);
  await officer.signIn('officer');
  await until('the answer to be found', async () => {
    await officer.go(`${at}/search?q=bullfinches`);
    return await officer.page.locator('.hits mark').count() > 0;
  });
  const hit = new URL(await officer.page.locator('.hits h3 a').first().getAttribute('href'), base).pathname;

  const v = await Visitor.arrive(browser, desk, false);
  await v.signIn('councillor');
  await open(v, 'search');
  assert.match(await v.text(), /once the consultation has closed/);
  assert.equal(await v.page.locator('.hits').count(), 0, 'results before the end');
  await v.go(hit);
  assert.match(await v.text(), /not released yet/);

  // What people have not checked is not released.
  await officer.go(hit);
  await officer.follow('Decide what is taken out');
  await officer.press(/^Accept all that are sure/);
  if (await officer.page.getByRole('button', { name: /^Leave all that are doubtful/ }).count()) await officer.press(/^Leave all that are doubtful/);
  await officer.press(/^I have read it all/);

  await officer.go(`${at}/settings`);
  await officer.press('Close the consultation');
  await until('the release', async () => {
    await v.go(`${at}/search?q=bullfinches`);
    return await v.page.locator('.hits mark').count() > 0;
  });
  await officer.press('Sign out');
  await officer.leave(t);

  const named = /Ellery|7946/;
  assert.doesNotMatch(await v.page.content(), named);
  for (const address of [await v.page.locator('.hits h3 a').first().getAttribute('href'), hit + '?original=yes']) {
    await v.go(address);
    assert.match(await v.text(), /bullfinches/);
    assert.doesNotMatch(await v.page.content(), named, address);
    assert.doesNotMatch(await v.text(), /original words/i);
    assert.match((await v.page.locator('mark.taken').allInnerTexts()).join(', '), /name[^]*phone number/, 'what was taken out is marked');
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

for (const [name, screen, scripts] of everywhere) {
  test(`a councillor reads the evidence ${name}`, async t => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.signIn('councillor');
    await open(v, 'search');
    assert.ok(v.pages.at(-1).bytes < heaviest, `the page weighs ${v.pages.at(-1).bytes} bytes`);

    // A misspelt word is found, every voice in turn, and why is said.
    await v.page.getByLabel('Words to look for').fill('displacment');
    await search(v);
    assert.match((await v.page.locator('mark').allInnerTexts()).join(' '), /displace/i, 'the misspelt word is found');
    assert.match(await v.text(), /Found: “displace\w+”, .*“displacment”/);
    assert.match(await v.text(), /so that this group is on the first page/);
    await v.follow('Put the best match first instead');
    assert.doesNotMatch(await v.text(), /so that this group is on the first page/);

    // What the other side says is one step away, and is the other side's.
    const other = v.page.locator('.others');
    assert.ok(await other.getByRole('link').count() > 0, 'the other side');
    await v.turn(() => other.getByRole('link', { name: 'For the proposal' }).first().click());
    assert.match(await chosen(v).innerText(), /For or against: For the proposal/);

    // A group at risk is safe to ask for, and crossed with nothing else.
    await v.go(`${at}/search`);
    await choose(v, 'Respondent group', /^Sex workers/);
    assert.match(await chosen(v).innerText(), /Sex workers/);
    assert.doesNotMatch(await v.page.locator('.narrow').innerText(), /Ward/, 'nothing to cross them with');
    const groups = await v.page.locator('.hits .meta').allInnerTexts();
    if (groups.length === 0) assert.match(await v.text(), /without saying whose they are/);
    await v.go(`${at}/search?g=sex_worker&w=northgate`);
    assert.match(await v.text(), /Not shown together, to protect people/);
    await v.turn(() => v.page.getByRole('alert').getByRole('link', { name: 'Only the other filters' }).click());
    assert.match(await chosen(v).innerText(), /^(?![^]*Sex workers)[^]*Ward: Northgate/);

    // What residents of a ward say.
    await v.go(`${at}/search?q=night`);
    await choose(v, 'Ward', /^Northgate/);
    await choose(v, 'Respondent group', /^People who live in the area/);
    for (const meta of await v.page.locator('.hits h3 + p + .meta').allInnerTexts()) assert.match(meta, /People who live in the area/);
    assert.ok(await v.page.locator('.hits > li').count() > 0, 'residents of a ward');
    for (const remove of [/Respondent group/, /Ward/]) await v.turn(() => chosen(v).getByRole('link', { name: remove }).click());
    assert.equal(await chosen(v).count(), 0, 'the filters are taken away');

    // The whole submission, the next one, and back to the same place.
    const searched = v.address;
    await v.turn(() => v.page.locator('.hits h3 a').nth(2).click());
    const third = v.address;
    assert.match(await v.page.locator('.rows mark').first().innerText(), /night/i, 'the word is marked in the answer');
    assert.doesNotMatch(await v.text(), /original words/i);
    await v.follow('Next submission');
    assert.notEqual(v.address, third);
    await v.follow('Previous submission');
    assert.equal(v.address.replace(/#.*/, ''), third.replace(/#.*/, ''));
    await v.follow('Back to the results');
    assert.equal(v.address, `${searched}#hit-3`);

    // A search, a submission and a note are kept for herself.
    await v.page.locator('#saving summary').click();
    await v.page.getByLabel('Save it for yourself').fill(`Nights ${name}`);
    await v.press('Save this search');
    assert.match(await v.page.getByRole('status').first().innerText(), /saved/);
    await v.turn(() => v.page.locator('.hits button').first().click());
    assert.match(await v.page.locator('.hits > li').first().innerText(), /On your reading list/);
    await v.turn(() => v.page.locator('.hits h3 a').first().click());
    await v.press('I have read this');
    assert.match(await v.text(), /You have marked it as read/);
    await v.page.getByLabel('Write a note').fill('Ask what changed in March.');
    await v.page.getByLabel(/officers and analysts/).check();
    await v.press('Keep the note');
    await open(v, 'kept');
    assert.match(await v.text(), /Read\b[^]*Ask what changed in March/);
    await v.follow(`Nights ${name}`);
    assert.equal(new URL(v.page.url()).searchParams.get('q'), 'night');
    const shared = v.address;

    // Paper says what was searched for, and when.
    await v.page.emulateMedia({ media: 'print' });
    const paper = v.page.locator('.printed');
    assert.match(await paper.innerText(), /Searched on .* for: night/);
    assert.ok((await paper.innerText()).includes(base + shared), 'the address is on paper');
    assert.equal(await v.page.getByRole('search').isVisible(), false, 'no form on paper');
    await v.page.emulateMedia({ media: 'screen' });

    // Another councillor opens the same address and sees the same.
    const colleague = await Visitor.arrive(browser, screen, scripts);
    await colleague.signIn('councillor', shared);
    const titles = who => who.page.locator('.hits p:not(.meta):not(.keep)').allInnerTexts();
    assert.deepEqual(await titles(colleague), await titles(v));
    await colleague.press('Sign out');
    await colleague.leave(t);

    // What was kept is thrown away again.
    await open(v, 'kept');
    for (const button of [/^Delete the saved search/, /^Take off/, /^Delete this note/]) await v.press(button);
    assert.match(await v.text(), /None so far[^]*Nothing so far[^]*None so far/);

    await v.go(`${at}/search?q=zyxwv+uvwxyz`);
    assert.match(await v.text(), /Nothing matches/);
    await v.follow('“zyxwv” alone');
    await v.go(`${at}/themes`);
    assert.equal(await v.main.getByRole('button').count(), 0, 'a councillor decides on no theme');
    await v.press('Sign out');
    assert.deepEqual(await v.cookies(), [], 'cookies after signing out');
    await v.leave(t);
  });
}

test('results come as a councillor types, and keys lead from one to the next', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  const { page } = v, { keyboard } = page;
  await v.signIn('councillor', `${at}/search`);
  const focused = () => page.evaluate(() => document.activeElement.closest('li')?.id ?? document.activeElement.id);

  await keyboard.press('/');
  assert.equal(await focused(), 'q');
  await keyboard.type('lightin');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('q') === 'lightin');
  await v.look();
  assert.equal(await focused(), 'q', 'the focus stays where one types');
  assert.match(await page.locator('#told').innerText(), /answers.*on this page/i, 'a screen reader is told');
  assert.match((await page.locator('.hits mark').allInnerTexts()).join(' '), /light/i);
  await keyboard.type(' j/k?'); // are letters here, and no keys
  await page.waitForFunction(() => new URLSearchParams(location.search).get('q') === 'lightin j/k?');
  await page.locator('#q').fill('lighting');
  await v.turn(() => keyboard.press('Enter'));
  const typed = await page.locator('.hits').innerText();

  for (const [key, to] of [['j', 'hit-1'], ['j', 'hit-2'], ['ArrowDown', 'hit-3'], ['ArrowUp', 'hit-2'], ['k', 'hit-1'], ['k', 'hit-1']]) {
    await keyboard.press(key);
    assert.equal(await focused(), to, key);
  }
  await v.turn(() => keyboard.press('Enter'));
  const first = v.address;
  await v.turn(() => keyboard.press('n'));
  assert.notEqual(v.address, first);
  await v.turn(() => keyboard.press('p'));
  assert.equal(v.address.replace(/#.*/, ''), first.replace(/#.*/, ''));
  await keyboard.press('?');
  assert.ok(await page.getByText('Switch single keys off').isVisible(), 'the keys are shown');
  await v.follow('Switch single keys off');
  const still = v.address;
  await keyboard.press('n');
  await v.follow('Back to the results');
  assert.match(still, /keys=off/);
  await keyboard.press('j');
  assert.notEqual(await focused(), 'hit-1', 'single keys are off');

  // The same without scripts.
  const plain = await Visitor.arrive(browser, desk, false);
  await plain.signIn('councillor', `${at}/search?q=lighting`);
  assert.equal(await plain.page.locator('.hits').innerText(), typed);
  await plain.press('Sign out');
  await plain.leave(t);

  // Signed out meanwhile: what is typed is not lost, and the page says what to do.
  await v.context.clearCookies();
  await page.locator('#q').fill('canal');
  await page.waitForFunction(() => /Press Search/.test(document.getElementById('told').textContent));
  await v.leave(t);
});
