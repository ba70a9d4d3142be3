// Takes pictures of every page into the folder named by the argument: on a phone
// and at a desk, and the pages of the public in English and in Urdu.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { publish, base, everyKind, id, launch, notYet, over, until, Visitor } from './browser.mjs';

const folder = process.argv[2];
assert.ok(folder, 'say which folder the pictures go into');
await mkdir(folder, { recursive: true });

const at = `/staff/${id}`;
const screens = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

/** Somebody with a camera. */
class Photographer {
  static async arrive(browser, device, language) {
    const p = new Photographer();
    Object.assign(p, { device, language, v: await Visitor.arrive(browser, screens[device], false, language) });
    await p.v.answerForExit();
    return p;
  }

  /** The page as it is now, whole. */
  async take(name) {
    await this.v.page.evaluate(() => scrollTo(0, 0)); // what is fixed stands where it stands at first
    const language = this.language === 'en' ? '' : this.language + '-';
    return this.v.page.screenshot({ path: join(folder, `${name}-${language}${this.device}.png`), fullPage: true });
  }

  async at(path, name) {
    await this.v.go(path);
    await this.take(name);
  }

  /** Answers question by question and takes a picture of each. */
  async respond(name, answers) {
    const { v } = this;
    for (let steps = 0; v.step !== 'check'; steps++) {
      assert.ok(steps < 60, `no way to the end: at ${v.step}`);
      await v.fill(answers[v.step]);
      await this.take(`${name}-${v.step}`);
      await v.proceed();
    }
    await this.take(`${name}-check`);
  }

  leave() { return this.v.leave(); }
}

const resident = {
  A1: { options: ['self'] }, A2: { options: ['live_here'] }, A3: { options: ['northgate'] }, B1: { options: ['most_weeks'] },
  B2: { options: ['cars', 'litter'] }, C1: { options: ['agree'] }, C3: { options: ['disagree'] },
  C6: { text: 'Please send somebody to clean up by the school gate in the mornings.' }, G1: { options: ['yes'] },
};

async function around(p) {
  for (const [name, path] of [['home', '/'], ['start', '/' + id], ['privacy', '/privacy'], ['accessibility', '/accessibility'], ['safety', '/safety'],
    ['begin', `/${id}/respond`], ['card', `/${id}/c/fern`], ['log', `/${id}/log/`], ['not-found', '/nothing-here'], ['ended', `/${id}/respond/B1`],
    ['paper', `/${id}/paper`], ['paper-form', `/${id}/paper?form=8`], ['paper-sex-worker', `/${id}/paper?form=2`], ['result', `/${id}/result`], ['code', `/${id}/receipt`],
    ['not-yet', '/' + notYet], ['not-yet-begin', `/${notYet}/respond`], ['over', '/' + over]]) await p.at(path, name);
  const { v } = p;
  await v.go(`/${id}/result`);
  await v.page.locator('#email').fill('somebody at example');
  await v.turn(() => v.page.locator('[value=add]').click());
  await p.take('result-error');
  await v.page.locator('#email').fill('somebody@demo.example');
  await v.turn(() => v.page.locator('[value=add]').click());
  await p.take('result-added');
  await v.go(`/${id}/receipt`);
  await v.page.locator('#code').fill('not a code of ours');
  await v.turn(() => v.page.locator('main form button').click());
  await p.take('code-error');
}

async function aResident(p) {
  const { v } = p;
  await v.start();
  await p.respond('resident', resident);
  await v.go(`/${id}/respond/B6?change=yes`);
  await v.fill({ text: 'It keeps us awake. '.repeat(200) });
  await v.proceed();
  await p.take('resident-error');
  await v.go(`/${id}/respond/B2?change=yes`);
  await v.fill({ options: ['none'] });
  await v.proceed();
  await p.take('resident-error-ticks');
  await v.go(`/${id}/respond/A1?change=yes`);
  await v.fill({ options: ['elected'] });
  await v.proceed();
  await v.go(`/${id}/respond/check`);
  await p.take('resident-check-dropped');
  await v.give({ A1: resident.A1, A2: resident.A2 });
  await v.send();
  await p.take('equality');
  await v.turn(() => v.page.locator('main a.button').first().click());
  await p.take('equality-questions');
  await v.turn(() => v.page.locator('main form button').click());
  await v.page.locator('summary').first().click();
  await p.take('receipt');
  const words = await v.words();
  await v.use(words);
  await p.take('code-found');
  await v.turn(() => v.page.locator('[value=withdraw]').click());
  await p.take('code-withdraw-error');
  await v.page.locator('#sure').check();
  await v.turn(() => v.page.locator('[value=withdraw]').click());
  await p.take('code-withdrawn');
  await v.use(words);
  await p.take('code-found-withdrawn');
}

async function aSexWorker(p) {
  const { v } = p;
  await v.go(`/${id}/c/fern`);
  await v.turn(() => v.page.locator('main form button').click());
  await p.respond('sex-worker', { S1: { options: ['less_time'] }, S5: { text: 'We need somewhere warm, and somebody to talk to.' }, G1: { options: ['no'] } });
  await v.send();
  await p.take('sex-worker-receipt');
}

async function aHelper(p) {
  const { v } = p;
  await v.start();
  await p.respond('helper', {
    A1: { options: ['helper'] }, H1: { options: ['own_words'] }, H3: { options: ['yes_all'] }, H4: { options: ['sex_workers'] },
    H5: { options: ['romanian'] }, S5: { text: 'She says that nobody stays long enough to talk to.' }, G1: { options: ['yes'] },
  });
  await v.send();
  await p.take('helper-receipt');
  await v.use(await v.words());
  await v.turn(() => v.page.locator('[value=misread]').click()); // an officer looks at it below
  await v.start();
  await v.give({ A1: { options: ['helper'] }, H1: { options: ['own_words'] }, H3: { options: ['no'] } });
  await p.at(`/${id}/respond/H6`, 'helper-own-H6');
  await v.turn(() => v.page.locator('a.exit').click());
}

async function anOrganisation(p) {
  const { v } = p;
  await v.start();
  const pdf = { name: 'evidence.pdf', mimeType: 'application/pdf', buffer: await v.page.pdf() };
  await v.answer({ A1: { options: ['organisation'] } }, 'O1');
  for (const [question, answer] of [['O1', { text: 'Fairmead Night Shelter (invented)' }], ['O2', { options: ['support_health'] }], ['O3', {}], ['O4', { options: ['confidential'] }]]) {
    assert.equal(v.step, question);
    await v.fill(answer);
    await p.take(`organisation-${question}`);
    await v.proceed();
  }
  await v.turn(() => v.page.locator('[value=save]').click());
  await p.take('saved');
  const words = await v.words();
  await v.go(`/${id}/respond/F1`);
  await v.page.locator('#answer').setInputFiles([pdf]);
  await v.turn(() => v.page.locator('[value=upload]').click());
  await p.take('organisation-F1');
  await v.page.locator('#answer').setInputFiles([{ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') }]);
  await v.turn(() => v.page.locator('[value=upload]').click());
  await p.take('organisation-F1-error');
  await v.go(`/${id}/respond/check`);
  await v.send();
  await v.page.locator('summary').first().click();
  await p.take('organisation-receipt');
  await v.use(words);
  await v.turn(() => v.page.locator('[value=misread]').click());
  await p.take('organisation-code-found');
  await v.turn(() => v.page.locator('[value=correct]').click());
  await v.go(`/${id}/respond/check`);
  await p.take('organisation-correction');
  await v.send();
  await p.take('organisation-correction-receipt');
}

async function everyQuestion(p) {
  const { v } = p;
  await v.start(everyKind);
  for (let steps = 0; v.step !== 'check'; steps++) {
    assert.ok(steps < 20);
    const wrong = { K4: { date: { day: '31', month: '2', year: '2026' } }, K5: { text: 'ten' }, K6: { ranks: { sunday: '1', evening: '1' } }, K7: { text: 'A'.repeat(130), options: ['not_sure'] } }[v.step];
    await p.take(`question-${v.step}`);
    if (wrong) {
      await v.fill(wrong);
      await v.proceed();
      await p.take(`question-${v.step}-error`);
      for (const box of await v.page.locator(':checked[type=checkbox]').all()) await box.uncheck();
      await v.fill({ K4: { date: { day: '1', month: '3', year: '2026' } }, K5: { text: '25' }, K6: { ranks: { sunday: '1', evening: '2' } }, K7: { text: 'A' } }[v.step]);
    }
    await v.fill({ K10: { options: ['yes'] } }[v.step]);
    await v.proceed();
  }
  await p.take('question-check');
  await v.turn(() => v.page.locator('a.exit').click());
}

async function staff(p) {
  const { v } = p;
  await p.at('/staff/sign-in', 'sign-in');
  await v.signIn('officer');
  await p.take('desk');
  await p.at(`${at}/search?q=displacment`, 'search');
  await v.turn(() => v.page.locator('.hits button').first().click());
  await v.page.locator('#saving summary').click();
  await v.page.getByLabel('Save it for yourself').fill('Displacement');
  await v.press('Save this search');
  await v.turn(() => v.page.locator('.hits h3 a').first().click());
  await v.page.getByLabel('Write a note').fill('Ask the outreach team about this one.');
  await v.press('Keep the note');
  await v.page.getByText('Ask its author something').click();
  await v.page.getByText('Set it aside').first().click();
  await p.take('submission');
  await v.follow('Decide what is taken out');
  await p.take('redact');
  await p.at(`${at}/redactions`, 'redactions');
  await p.at(`${at}/redactions/refused`, 'redactions-refused');
  await p.at(`${at}/kept`, 'kept');
  await p.at(`${at}/search?q=zebra+crossing`, 'search-nothing');
  await p.at(`${at}/attention`, 'attention');
  await v.turn(() => v.page.locator('main table a').first().click());
  await p.take('submission-attention');
  await until('the themes to be up to date', async () => {
    await v.go(`${at}/themes`);
    return await v.page.getByRole('button', { name: 'Find themes again' }).count() > 0;
  });
  await p.take('themes');
  await v.turn(() => v.page.locator('article.theme h3 a').first().click());
  await p.take('theme');
  await v.press('Split off');
  await p.take('theme-error');
  await p.at(`${at}/code`, 'code-answer');
  await v.page.locator('[name=words]').first().fill('Nobody wrote this.');
  await v.turn(() => v.page.locator('.saver button').click());
  await p.take('code-answer-error');
  await p.at(`${at}/code?way=blind`, 'code-blind');
  await p.at(`${at}/report`, 'draft');
  await p.at(`${at}/duties`, 'duties');
  await p.at(`${at}/duties/7`, 'duty');
  await p.at(`${at}/register`, 'register');
  await p.at(`${at}/register/new?kind=petition`, 'register-petition');
  await v.go(`${at}/settings`);
  await v.press('Pause the consultation');
  await p.take('settings');
  const visitor = await Photographer.arrive(browser, p.device, 'en');
  await visitor.at('/' + id, 'start-paused');
  await visitor.at(`/${id}/respond`, 'begin-paused');
  await visitor.leave();
  await v.press('Go on');
  await p.at(`${at}/contacts`, 'contacts');
  await v.page.getByLabel('What you need the addresses for').fill('To tell people what was decided.');
  await v.press('Ask another officer to agree');
  await p.take('contacts-asked');
  for (const page of ['reading', 'keying', 'import', 'requests', 'requests/new', 'findings']) await p.at(`${at}/${page}`, page.replace('/', '-'));
  await v.press('Sign out');
  await v.signIn('admin', '/staff/users');
  await v.page.getByLabel('Email address').fill(`${p.device}@demo.example`);
  await v.page.getByLabel('analyst').check();
  await v.press('Make a one-time link');
  await p.take('users');
  const link = await v.page.locator('.note code').innerText();
  await p.at(`${at}/contacts`, 'forbidden');
  await v.go('/staff');
  await v.press('Sign out');
  await p.at(link.trim().replace(base, ''), 'welcome');
  await v.signIn('auditor', '/staff/audit');
  await p.take('audit');
  await v.press('Sign out');
}

async function councillor(p) {
  const { v } = p;
  await v.signIn('councillor');
  await until('the release', async () => {
    await v.go(`${at}/search?q=displacement`);
    return await v.page.locator('.hits').count() > 0;
  });
  await p.take('councillor-search');
  await p.at(`${at}/search?g=sex_worker`, 'councillor-search-few');
  await p.at(`${at}/search?g=sex_worker&w=northgate`, 'councillor-search-refused');
  await p.at(`${at}/search?q=police`, 'councillor-search-police');
  await v.turn(() => v.page.locator('.hits h3 a').first().click());
  await p.take('councillor-submission');
  await p.at(`${at}/pack`, 'pack');
  await v.press('Sign out');
}

const browser = await launch();
try {
  const photographers = [];
  for (const device of Object.keys(screens)) for (const language of ['en', 'ur']) photographers.push(await Photographer.arrive(browser, device, language));
  for (const p of photographers) {
    for (const pages of [around, aResident, aSexWorker, aHelper, anOrganisation]) await pages(p);
    if (p.language === 'en') for (const pages of [everyQuestion, staff]) await pages(p);
  }
  await publish(photographers[0].v);
  for (const p of photographers) if (p.language === 'en') await councillor(p);
  for (const p of photographers) {
    await p.at('/' + id, 'start-closed');
    await p.at(`/${id}/report`, 'report');
    await p.at(`/${id}/summary`, 'summary');
    await p.at(`/${id}/answers`, 'answers');
    await p.v.context.clearCookies();
    await p.leave();
  }
} finally {
  await browser.close();
}
