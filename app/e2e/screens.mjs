// Takes pictures of every page, on a phone and at a desk, into the folder named
// by the argument.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { base, id, launch, until, Visitor } from './browser.mjs';

const folder = process.argv[2];
assert.ok(folder, 'say which folder the pictures go into');
await mkdir(folder, { recursive: true });

const at = `/staff/${id}`;
const screens = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

/** The page as it is now, whole. */
function take(v, device, name) {
  return v.page.screenshot({ path: join(folder, `${name}-${device}.png`), fullPage: true });
}

/** Answers question by question and takes a picture of each. */
async function respond(v, device, name, answers) {
  await v.start();
  for (let steps = 0; v.step !== 'check'; steps++) {
    assert.ok(steps < 60, `no way to the end: at ${v.step}`);
    await v.fill(answers[v.step]);
    await take(v, device, `${name}-${v.step}`);
    await v.proceed();
  }
  await take(v, device, `${name}-check`);
}

async function send(v, device) {
  await v.press('Send my answers');
  await take(v, device, 'receipt');
  const words = await v.page.locator('.words li').allInnerTexts();
  await v.go(`/${id}/receipt`);
  await take(v, device, 'code');
  await v.page.getByLabel('Enter your code of twelve words').fill('not a code of ours');
  await v.press('Check');
  await take(v, device, 'code-error');
  await v.page.getByLabel('Enter your code of twelve words').fill(words.join(' '));
  await v.press('Check');
  await take(v, device, 'code-found');
}

async function respondents(v, device) {
  for (const [name, path] of [['home', '/'], ['start', '/' + id], ['privacy', '/privacy'], ['accessibility', '/accessibility'],
    ['log', `/${id}/log/`], ['not-found', '/nothing-here'], ['ended', `/${id}/respond/B1`]]) {
    await v.go(path);
    await take(v, device, name);
  }
  await respond(v, device, 'resident', {
    A1: { options: ['self'] }, A2: { options: ['live_here'] }, A3: { options: ['northgate'] }, B1: { options: ['most_weeks'] },
    B2: { options: ['cars', 'litter'] }, C1: { options: ['agree'] }, C3: { options: ['disagree'] },
    C6: { text: 'Please send somebody to clean up by the school gate in the mornings.' }, G1: { options: ['yes'] },
  });
  await v.go(`/${id}/respond/B6?change=yes`);
  await v.fill({ text: 'It keeps us awake. '.repeat(200) });
  await v.proceed();
  await take(v, device, 'resident-error');
  await v.go(`/${id}/respond/check`);
  await send(v, device);

  await respond(v, device, 'sex-worker', {
    A1: { options: ['self'] }, A2: { options: ['sex_work'] }, S1: { options: ['less_time'] },
    S5: { text: 'We need somewhere warm, and somebody to talk to.' }, G1: { options: ['no'] },
  });
  await v.press('Send my answers');

  await respond(v, device, 'helper', {
    A1: { options: ['helper'] }, H1: { options: ['own_words'] }, H3: { options: ['yes_all'] }, H4: { options: ['sex_workers'] },
    H5: { options: ['romanian'] }, S5: { text: 'She says that nobody stays long enough to talk to.' }, G1: { options: ['yes'] },
  });
  await v.press('Send my answers');

  await v.start();
  const pdf = { name: 'evidence.pdf', mimeType: 'application/pdf', buffer: await v.page.pdf() };
  await v.answer({ A1: { options: ['organisation'] }, O1: { text: 'Fairmead Night Shelter (invented)' } }, 'F1');
  await v.page.locator('#answer').setInputFiles([pdf]);
  await v.press('Upload');
  await take(v, device, 'organisation-F1');
  await v.page.locator('#answer').setInputFiles([{ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') }]);
  await v.press('Upload');
  await take(v, device, 'organisation-F1-error');
  await v.proceed();
  await v.press('Send my answers');
}

async function staff(v, device) {
  await v.go('/staff/sign-in');
  await take(v, device, 'sign-in');
  await v.signIn('officer');
  await take(v, device, 'desk');
  await v.go(`${at}/search?q=displacment`);
  await take(v, device, 'search');
  await v.turn(() => v.page.locator('.hits a').first().click());
  await take(v, device, 'submission');
  await until('the themes to be up to date', async () => {
    await v.go(`${at}/themes`);
    return await v.page.getByRole('button', { name: 'Find themes again' }).count() > 0;
  });
  await take(v, device, 'themes');
  for (const page of ['report', 'settings']) {
    await v.go(`${at}/${page}`);
    await take(v, device, page === 'report' ? 'draft' : page);
  }
  await v.press('Sign out');
  await v.signIn('admin', '/staff/users');
  await v.page.getByLabel('Email address').fill(`${device}@demo.example`);
  await v.page.getByLabel('analyst').check();
  await v.press('Make a one-time link');
  await take(v, device, 'users');
  const link = await v.page.locator('.note code').innerText();
  await v.press('Sign out');
  await v.go(link.trim().replace(base, ''));
  await take(v, device, 'welcome');
  await v.signIn('auditor', '/staff/audit');
  await take(v, device, 'audit');
  await v.press('Sign out');
}

async function publish(v) {
  await v.signIn('officer');
  for (const button of ['Close the consultation', 'Freeze the analysis']) {
    await v.go(`${at}/settings`);
    await v.press(button);
  }
  await v.go(`${at}/report`);
  await v.press('Publish the report');
  await v.press('Sign out');
}

const browser = await launch();
try {
  const visitors = {};
  for (const [device, screen] of Object.entries(screens)) visitors[device] = await Visitor.arrive(browser, screen, false);
  for (const [device, v] of Object.entries(visitors)) {
    await respondents(v, device);
    await staff(v, device);
  }
  await publish(visitors.desk);
  for (const [device, v] of Object.entries(visitors)) {
    await v.go('/' + id);
    await take(v, device, 'start-closed');
    await v.go(`/${id}/report`);
    await take(v, device, 'report');
    await v.leave();
  }
} finally {
  await browser.close();
}
