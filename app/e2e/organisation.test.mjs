// An organisation answers and attaches documents.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { desk, launch, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const answers = {
  A1: { options: ['organisation'] }, O1: { text: 'Fairmead Night Shelter (invented)' }, O2: { options: ['support_health'] },
  O3: { text: 'Twelve people who use the shelter.' }, O4: { options: ['without_name'] }, B1: { options: ['most_months'] },
  C1: { options: ['neither'] }, C6: { text: 'Fund the outreach van first, then look at the order again.' },
};

const locked = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R /Encrypt 2 0 R >>\nstartxref\n9\n%%EOF\n');

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

for (const [name, screen, scripts] of [['on a phone, scripts off', phone, false], ['at a desk, scripts on', desk, true]]) {
  test(`an organisation attaches documents ${name}`, async () => {
    const v = await Visitor.arrive(browser, screen, scripts);
    await v.start();
    // What is on the screen, printed and photographed, serves as documents.
    const pdf = { name: 'evidence.pdf', mimeType: 'application/pdf', buffer: await v.page.pdf() };
    const png = { name: 'picture.png', mimeType: 'image/png', buffer: await v.page.screenshot() };
    await v.answer(answers, 'F1');
    const attached = v.page.locator('.attached li');

    await upload(v, pdf, png);
    assert.equal(await attached.count(), 2);
    assert.match((await attached.allInnerTexts()).join(), /pdf.*png/is);

    await upload(v, { name: 'minutes.pdf', mimeType: 'application/pdf', buffer: locked });
    await refused(v, /protected with a password.*remove the password/i);
    assert.equal(await attached.count(), 2, 'what was attached before is kept');
    await upload(v, { name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\x00 not a document') });
    await refused(v, /type of file cannot be accepted/i);

    await v.press(/^Remove.*png/i);
    assert.equal(await attached.count(), 1);
    assert.match(await attached.innerText(), /pdf/i);
    await v.proceed();
    assert.equal(v.step, 'check');
    assert.match(await v.page.locator('#F1').innerText(), /pdf/i);
    assert.match(await v.page.locator('#O1').innerText(), /Night Shelter/);
    await v.press('Send my answers');
    assert.equal(await v.page.locator('.words li').count(), 12);
    await v.leave();
  });
}
