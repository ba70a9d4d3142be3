// An organisation answers over several days, several people together, attaches
// documents, and corrects what it sent.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { base, both, desk, id, launch, phone, until, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const name = 'Fairmead Night Shelter (invented)';
const first = { A1: { options: ['organisation'] }, O1: { text: name }, O2: { options: ['support_health'] } };
const then = { O3: { text: 'Twelve people who use the shelter.' }, O4: { options: ['without_name'] }, B1: { options: ['most_months'] }, C1: { options: ['neither'] } };
const point = 'Fund the outreach van first, then look at the order again.';

// "two herons" opens it.
const locked = readFileSync(new URL('testdata/locked.pdf', import.meta.url));

/** A picture with what a phone writes into it: a comment, and the place in degrees (EXIF 2.3, GPS IFD). */
function placed(jpeg) {
  const exif = Buffer.from([
    '457869660000', '4d4d002a00000008', // Exif, big-endian TIFF
    '0001', '8825', '0004', '00000001', '0000001a', '00000000', // one entry: where the GPS IFD is
    '0002', '0001', '0002', '00000002', '4e000000', // latitude reference N
    '0002', '0005', '00000003', '00000038', '00000000', // latitude
    '00000033', '00000001', '00000022', '00000001', '00000009', '00000001',
  ].join(''), 'hex');
  const part = (marker, data) => Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
  return Buffer.concat([jpeg.subarray(0, 2), part(0xe1, exif), part(0xfe, Buffer.from('Taken by Margaret Ellery')), jpeg.subarray(2)]);
}

/** Uploads files and waits for the page that says what became of them. */
async function upload(v, ...files) {
  await v.page.locator('#answer').setInputFiles(files);
  await v.press('Upload');
}

/** Checks that a refusal in these words stands beside the field, and that the summary leads there. */
async function refused(v, words) {
  assert.match(await v.page.title(), /^Error:/);
  const field = v.page.locator('.field', { has: v.page.locator('#answer') });
  const fault = field.locator('.fault');
  assert.match(await fault.innerText(), words);
  assert.ok((await v.page.locator('#answer').getAttribute('aria-describedby')).split(' ').includes(await fault.getAttribute('id')), 'the field names the refusal');
  const link = v.page.getByRole('alert').getByRole('link');
  assert.match(await link.innerText(), words);
  assert.equal(await link.getAttribute('href'), '#answer');
}

for (const [where, screen, scripts] of both) {
  test(`an organisation answers together ${where}`, async t => {
    const manager = await Visitor.arrive(browser, screen, scripts);
    await manager.start();
    await manager.answer(first, 'O3');
    // What stands on the page is saved with the rest.
    await manager.fill({ text: 'Twelve people' });
    await manager.press('Save and come back later');
    assert.equal(manager.step, 'saved');
    const words = await manager.words();
    assert.equal(words.length, 12);
    assert.match(await manager.text(), /You can go on until .* at 23:59/);
    assert.doesNotMatch(await manager.text(), /Night Shelter/);
    await manager.press('Close my answers in this browser');
    assert.equal(manager.address, '/' + id);
    assert.deepEqual(await manager.cookies(), [], 'cookies after closing');
    await manager.back();
    assert.doesNotMatch(await manager.page.content(), new RegExp(words.slice(0, 3).join('.*'), 's'), 'Back does not show the words again');

    // The next day, at another computer.
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.use(words.with(3, words[4]));
    assert.match(await v.page.getByRole('alert').innerText(), /do not know this code|spelling/, 'the words are taken in their order only');
    await v.use(words);
    assert.equal(v.step, 'O4', 'it goes on where it stopped');
    await v.follow('Back');
    assert.equal(await v.page.locator('#answer').inputValue(), 'Twelve people');
    await v.answer(then, 'C6');
    await v.fill({ text: point });

    // A colleague works on the same answers with the same words, at the same time.
    const colleague = await Visitor.arrive(browser, desk, scripts);
    await colleague.use(words);
    await colleague.go(`/${id}/respond/C9`);
    await colleague.fill({ text: 'Women who have just arrived, most of all.' });
    await colleague.proceed();
    await v.proceed();
    await v.answer({}, 'F1');

    const attached = v.page.locator('.attached li');
    const pdf = { name: 'evidence.pdf', mimeType: 'application/pdf', buffer: await v.page.pdf() };
    const jpeg = { name: 'stairs.jpg', mimeType: 'image/jpeg', buffer: placed(await v.page.screenshot({ type: 'jpeg' })) };
    await upload(v, pdf, jpeg);
    assert.equal(await attached.count(), 2);
    assert.match((await attached.allInnerTexts()).join(), /pdf.*(jpg|jpeg)/is);
    assert.match(await v.text(), /We have removed hidden data, such as the author, places/);
    await upload(v, { name: 'minutes.pdf', mimeType: 'application/pdf', buffer: locked });
    await refused(v, /protected with a password: remove the password/i);
    assert.equal(await attached.count(), 2, 'what was attached before is kept');
    await upload(v, { name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\x00 not a document') });
    await refused(v, /type of file cannot be accepted/i);
    await upload(v, { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
    await refused(v, /empty/i);
    await upload(v, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Minutes of the night team') });
    assert.equal(await attached.count(), 3);
    await v.press(/^Remove.*(txt|text)/i);
    assert.equal(await attached.count(), 2);
    await v.proceed();

    assert.equal(v.step, 'check');
    const row = question => v.page.locator('#' + question).innerText();
    for (const [question, says] of [['O1', /Night Shelter/], ['O3', /Twelve people who use/], ['C6', /outreach van first/], ['C9', /just arrived/], ['F1', /pdf.*jp/is]]) {
      assert.match(await row(question), says);
    }
    await v.send();
    assert.equal(v.address, `/${id}/receipt`, 'no equality questions to an organisation');
    assert.deepEqual(await v.words(), words, 'the words it was saved under are its receipt code');
    await v.page.getByText('What you sent').click();
    const copy = await v.page.locator('.copy').innerText();
    for (const says of [/Night Shelter/, /outreach van first/, /just arrived/, /pdf/i]) assert.match(copy, says);
    assert.ok(await v.page.getByRole('link', { name: 'Be told what is decided' }).isVisible());

    // The colleague's page was left open.
    await colleague.fill({ text: 'One more thing.' });
    await colleague.proceed();
    assert.match(await colleague.text(), /no longer here/);
    await colleague.go('/exit-is-not-needed');
    await colleague.context.clearCookies();
    await colleague.leave(t);

    // With the code the answers open as they were sent, and take the place of the old ones.
    await manager.use(words);
    assert.match(await manager.text(), /held and counted/);
    assert.match(await manager.text(), /Your answers open as you sent them/);
    assert.doesNotMatch(await manager.page.content(), /Night Shelter|outreach van/, 'not on the page that everybody with the code sees');
    await manager.press('Change my answers');
    await manager.go(`/${id}/respond/check`);
    assert.match(await manager.text(), /take the place of those that you sent before/);
    for (const says of [/Night Shelter/, /outreach van first/, /just arrived/, /pdf/i]) assert.match(await manager.text(), says);
    assert.equal(await manager.page.locator('[value=save]').count(), 0, 'a correction is sent in one go');
    await manager.follow(/Change/, manager.page.locator('#C6'));
    assert.equal(await manager.page.locator('#answer').inputValue(), point);
    await manager.fill({ text: point.replace('outreach van', 'night van') });
    await manager.proceed();
    await manager.send();
    assert.match(await manager.text(), /Your code stays the same as before/);
    assert.equal(await manager.page.locator('.words').count(), 0);
    await manager.use(words);
    assert.match(await manager.text(), /held and counted/);
    await manager.press('Change my answers');
    await manager.go(`/${id}/respond/check`);
    assert.match(await manager.page.locator('#C6').innerText(), /night van first/);
    assert.match(await manager.page.locator('#F1').innerText(), /pdf.*jp/is);
    await manager.answerForExit();
    await manager.follow('Exit this page');
    await manager.leave(t);
    await v.leave(t);
  });
}

test('councillors read what an organisation attached', async t => {
  const landmark = 'Quillmoor';
  const sends = async (answers, text, ...more) => {
    const v = await Visitor.arrive(browser, desk, true);
    await v.start();
    await v.give({ ...first, ...answers }, id);
    await v.go(`/${id}/respond/F1`);
    const page = await v.context.newPage();
    await page.setContent(text);
    const jpeg = placed(await page.screenshot({ type: 'jpeg' }));
    assert.ok(jpeg.includes('Margaret Ellery') && jpeg.includes('Exif'));
    await upload(v, { name: 'evidence.pdf', mimeType: 'application/pdf', buffer: await page.pdf() }, ...more.map(name => ({ name, mimeType: 'image/jpeg', buffer: jpeg })));
    await page.close();
    await v.go(`/${id}/respond/check`);
    await v.send();
    await v.context.clearCookies();
    await v.leave(t);
  };
  await sends({ O4: { options: ['yes'] }, C6: { text: `See our points about ${landmark}.` } }, `<p>At ${landmark} the shelter turned away 40 women, says Anna Smith.</p>`, 'stairs.jpg');
  await sends({ O4: { options: ['confidential'], text: 'We fear for our lease.' }, C6: { text: `Our secret of ${landmark}.` } }, `<p>A secret about ${landmark}.</p>`);

  // The reason to ask for confidence comes to an officer.
  const officer = await Visitor.arrive(browser, desk, true);
  await officer.signIn('officer', `/staff/${id}/attention`);
  assert.match(await officer.text(), /Asks to be treated as confidential[^]*We fear for our lease/);
  await officer.turn(() => officer.page.locator('tr', { hasText: 'We fear for our lease' }).getByRole('link').click());
  assert.match(await officer.text(), /Give the data protection officer .*the reason: “We fear for our lease\.”/);
  await officer.press('The data protection officer has the reason');
  assert.match(await officer.page.locator('#seen + div').innerText(), /We fear for our lease/);

  // What a program read in the file is decided on by a person.
  await until('the file to be read', async () => {
    await officer.go(`/staff/${id}/search?q=shelter+turned+away`);
    return await officer.page.locator('.hits > li', { hasText: 'Attachment 1' }).count() > 0;
  });
  await officer.follow(/Its summary, and the file/);
  const file = officer.address, submission = file.replace(/\/files.*/, '');
  assert.match(await officer.text(), /Nobody has summarised it yet/);
  const publicID = (await officer.page.getByRole('link', { name: /^Submission/ }).first().innerText()).split(' ').at(-1);
  await officer.go(`/staff/${id}/reading?show=unsummarised`);
  assert.match(await officer.page.locator('tbody tr', { hasText: publicID }).innerText(), /Not read yet[^]*2, 0 summarised/);
  await officer.go(file);
  await officer.press('Let councillors and analysts open it');
  assert.match(await officer.text(), /Summarise the file first/);
  await officer.go(submission.replace('/submissions/', '/reading/'));
  const says = officer.page.getByLabel(/What it says/);
  await says.first().fill(`40 women were turned away at ${landmark}.`);
  await officer.press('Read, and next');
  assert.match(await officer.page.getByRole('alert').innerText(), /Say what is in attachment 2/);
  await says.nth(1).fill('The same as a picture.');
  await officer.press('Read, and next');
  // The picture is as it was, but for who took it and where.
  await officer.go(`${submission}/files/2`);
  const picture = await officer.context.request.get(base + await officer.page.getByRole('link', { name: 'Download the file' }).getAttribute('href'));
  assert.match(picture.headers()['content-type'], /^image\//);
  for (const hidden of ['Margaret', 'Exif', 'GPS']) assert.ok(!(await picture.body()).includes(hidden), hidden);
  await officer.go(file);
  await officer.press('Let councillors and analysts open it');
  assert.match(await officer.text(), /let councillors and analysts open the file, once/);
  await officer.go(`${submission}/redact`);
  assert.match(await officer.text(), /What was read in attachment 1: PDF/);
  await officer.checkAll();

  // Nothing is frozen while the rest is unread; what is still to do is a click away.
  await officer.go(`/staff/${id}/settings`);
  await officer.press('Close the consultation');
  await officer.press('Freeze the analysis');
  assert.match(await officer.page.getByRole('alert').innerText(), /attachments have no summary/);
  await officer.follow(/not been read/);
  assert.equal(officer.address, `/staff/${id}/reading`);

  // Its point is a finding, which the council answers.
  const wants = 'An organisation asks that beds be found for those who are turned away.';
  await officer.go(`/staff/${id}/findings/new`);
  await officer.page.getByLabel('What was found').fill(wants);
  await officer.page.locator('[name=limb]').first().check();
  await officer.page.getByLabel('Submissions that it rests on (optional)').fill(publicID);
  await officer.page.getByLabel('Or: no counter-evidence').fill('No submission speaks of beds but this one.');
  await officer.page.getByLabel('Name and office of the person who looked for it').fill('Ada Tremlett, head of housing');
  await officer.page.getByLabel('We considered …').fill('What a night shelter would cost.');
  await officer.page.getByLabel('We will …').fill('Bring a proposal to Cabinet.');
  await officer.press('Keep', officer.main);
  assert.match(await officer.page.getByRole('alert').innerText(), /Choose what the council answers/);
  await officer.page.getByLabel('Accepted in part').check();
  await officer.press('Keep', officer.main);
  await officer.go(`/staff/${id}/report`);
  assert.match(await officer.page.locator('#findings').locator('..').innerText(), new RegExp(`${wants}[^]*night shelter would cost[^]*Bring a proposal to Cabinet`));
  assert.match(await officer.page.locator('#organisations').locator('..').innerText(), new RegExp(`${name.replace(/[()]/g, '.')}[^]*turned away at ${landmark}`));

  const v = await Visitor.arrive(browser, phone, false);
  await v.signIn('councillor', `/staff/${id}/search`);
  await until('the release', async () => {
    await v.go(`/staff/${id}/search?q=shelter+turned+away`);
    return await v.page.locator('.hits > li').count() > 0;
  });
  assert.doesNotMatch(await v.text(), /Anna Smith/);
  await v.follow(/Its summary, and the file/);
  assert.match(await v.text(), new RegExp(`40 women were turned away at ${landmark}`));
  assert.doesNotMatch(await v.text(), /demo\.example/, 'who summarised it');
  const link = await v.page.getByRole('link', { name: 'Download the file' }).getAttribute('href');
  const got = await v.context.request.get(base + link);
  const headers = got.headers();
  assert.match(headers['content-disposition'], /^attachment; filename=".*\.pdf"$/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(headers['cache-control'], /no-store/);
  assert.match((await got.body()).toString('latin1'), /^%PDF-/);
  await v.follow(/^Submission/);
  assert.match(await v.text(), /Summary by an officer: 40 women/);
  const whole = await v.main.textContent();
  assert.match(whole, /shelter turned away 40 women, says/);
  assert.doesNotMatch(whole, /Anna Smith/);
  // Of whoever asked for confidence they find nothing.
  await v.go(`/staff/${id}/search?q=${landmark}+secret`);
  assert.doesNotMatch(await v.text(), /secret of/);

  const auditor = await Visitor.arrive(browser, desk, true);
  await auditor.signIn('auditor', '/staff/audit');
  const record = await auditor.text();
  assert.match(record, /is whole/);
  for (const act of ['attachment.summarised', 'submission.read', 'attachment.let-open', 'redactions.checked', 'attachment.opened', 'confidence.passed-on', 'finding.kept', 'consultation.closed', 'consultation.released']) assert.match(record, new RegExp(act.replace('.', '\\.')));
  assert.doesNotMatch(record, new RegExp(`${landmark}|Anna Smith|our lease`));
  for (const one of [officer, v, auditor]) await one.leave(t);
});
