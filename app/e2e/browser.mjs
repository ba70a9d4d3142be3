// The browser that the journeys share: people who visit the portal in it, and
// what must hold on every page they see.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { E2E_URL: base, E2E_ID: id, E2E_EXIT: exitTo, E2E_ACCOUNTS: accounts } = process.env;
if (!base) throw new Error('E2E_URL is not set: run this with "make e2e" or "make screens", which start a portal first');

export { base, id, exitTo };

/** The questions that each path of the demonstration asks, in its order. */
export const paths = JSON.parse(process.env.E2E_PATHS);

/** The small consultations of testdata: of every kind of question, not open yet, over, and from before the demonstration's. */
export const [everyKind, notYet, over, before] = ['library-hours', 'bandstand', 'allotments', 'pspo-before'];

/** The demonstration's questions, which nobody has answered; for the helper alone. */
export const fresh = 'night-van';

/** An old phone held upright, a desk, and a desk at 400 % zoom. */
export const phone = { width: 320, height: 568 };
export const desk = { width: 1280, height: 900 };
export const zoomed = { width: 320, height: 256, scale: 4 };

/** Where each journey is walked; the two that matter most in all four ways. */
export const both = [['on a phone, scripts off', phone, false], ['at a desk, scripts on', desk, true]];
// CI walks the first two.
export const everywhere = process.env.E2E_SHORT ? both : [...both, ['on a phone, scripts on', phone, true], ['at a desk, scripts off', desk, false]];

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What no title may say: a history is read by whoever holds the phone. */
export const telling = /sex|prostitut|street|order|parade|harbour|police/i;

/** What a page may weigh at most, in bytes over the network, with all that it loads; a whole report a little more. */
const heaviest = address => /\/report(\/\d+)?(\?.*)?$/.test(address) ? 40_000 : 30_000;

/** Pages that the accessibility rules were checked on, by what stands on them and the width. */
const checked = new Set();

/** Starts the Chromium that is installed. It can reach the portal and nothing else. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    chromiumSandbox: process.getuid() !== 0,
    args: ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
    // People's browsers keep pages for "Back", so this one does too.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

/** Waits until done() says so, for what happens in the background of the portal. */
export async function until(what, done) {
  for (const deadline = Date.now() + 60_000; !(await done());) {
    if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`);
    await new Promise(next => setTimeout(next, 100));
  }
}

const catalogues = {};

/** The portal's own wording in a language. */
export function wording(language, id) {
  catalogues[language] ??= JSON.parse(readFileSync(new URL(`../../views/locales/${language}.json`, import.meta.url)));
  return catalogues[language][id];
}

/** Somebody at the portal, in a browser profile of their own. */
export class Visitor {
  /**
   * @param {import('playwright-core').Browser} browser
   * @param {{width: number, height: number, scale?: number}} screen
   * @param {boolean} scripts whether the scripts of pages run
   * @param {string} language what the browser says its reader prefers
   */
  static async arrive(browser, screen, scripts, language = 'en-GB') {
    const context = await browser.newContext({
      viewport: { width: screen.width, height: screen.height }, deviceScaleFactor: screen.scale ?? 1,
      reducedMotion: 'reduce', locale: language,
    });
    context.setDefaultTimeout(20_000);
    const v = new Visitor();
    Object.assign(v, { context, scripts, page: await context.newPage(), elsewhere: [], pages: [], received: 0 });
    context.on('request', r => {
      if (!r.url().startsWith(base + '/') && !r.url().startsWith(exitTo)) v.elsewhere.push(r.url());
    });
    v.cdp = await context.newCDPSession(v.page);
    // Not an option of the context, which could not be undone to check the accessibility rules.
    await v.#run(scripts);
    await v.#measure();
    return v;
  }

  #run(scripts) { return this.cdp.send('Emulation.setScriptExecutionDisabled', { value: !scripts }); }

  /** Counts the bytes that come over the network: headers, and bodies as they are compressed. */
  async #measure() {
    const kept = new Set();
    this.cdp.on('Network.requestServedFromCache', e => kept.add(e.requestId));
    this.cdp.on('Network.requestWillBeSent', e => { this.received += e.redirectResponse?.encodedDataLength ?? 0; });
    this.cdp.on('Network.loadingFinished', e => { if (!kept.has(e.requestId)) this.received += e.encodedDataLength; });
    await this.cdp.send('Network.enable');
  }

  /** Answers for the neutral page that "Exit this page" leads to. */
  async answerForExit() {
    this.cdp.on('Fetch.requestPaused', ({ requestId }) => this.cdp.send('Fetch.fulfillRequest', {
      requestId, responseCode: 200, responseHeaders: [{ name: 'Content-Type', value: 'text/html' }],
      body: Buffer.from('<!doctype html><html lang=en><title>Weather</title><h1>Rain later</h1>').toString('base64'),
    }));
    await this.cdp.send('Fetch.enable', { patterns: [{ urlPattern: exitTo + '*' }] });
  }

  /**
   * Ends the journey: nothing of it stays in the browser, no other host was
   * asked for anything, and no public page was heavy. Staff stay signed in.
   * @param {import('node:test').TestContext} t where to tell the figures
   */
  async leave(t) {
    assert.deepEqual(this.elsewhere, [], 'requests to other hosts');
    assert.deepEqual((await this.cookies()).filter(c => c.name !== 'heard-staff'), [], 'cookies after the journey');
    const { usage } = await this.cdp.send('Storage.getUsageAndQuota', { origin: base });
    assert.equal(usage, 0, 'bytes that the portal keeps in the browser');
    const open = this.pages.filter(p => !p.address.startsWith('/staff'));
    assert.deepEqual(open.filter(p => p.bytes >= heaviest(p.address)), [], 'pages that are too heavy');
    t?.diagnostic(`${this.pages.length} pages, ${this.received} bytes, the heaviest ${Math.max(0, ...open.map(p => p.bytes))}`);
    await this.context.close();
  }

  /** Does what leads to another page, waits for that page and looks it over. */
  async turn(act, wait = () => this.page.waitForEvent('load')) {
    const before = this.received, there = wait();
    await Promise.all([act(), there]);
    await this.look();
    this.pages.push({ address: this.address, bytes: this.received - before });
  }

  go(path) { return this.turn(() => this.page.goto(base + path)); }
  reload() { return this.turn(() => this.page.reload()); }
  /**
   * The browser's own Back. A page that the browser kept is shown without being
   * loaded again, unless a script of the portal asks for it anew.
   */
  back() {
    return this.turn(() => this.page.goBack({ waitUntil: 'commit' }), async () => {
      await this.page.waitForEvent('framenavigated');
      if (this.scripts && this.page.url().startsWith(base + '/')) {
        await this.page.waitForFunction(() => document.readyState === 'complete' &&
          (!document.querySelector('a.exit') || performance.getEntriesByType('navigation')[0].type !== 'navigate'));
      }
    });
  }
  follow(name, within = this.page) { return this.turn(() => within.getByRole('link', { name }).first().click()); }
  press(name, within = this.page) { return this.turn(() => within.getByRole('button', { name }).first().click()); }
  /** Presses the first button of a form: Continue, in whichever language. */
  proceed(within = this.page.locator('#step')) { return this.turn(() => within.locator('button.button:not(.quiet)').first().click()); }
  /** Sends the answers from the page that shows them all. */
  send() { return this.turn(() => this.page.locator('#step button[value=send]').click()); }
  /** Turns the page of the form into another language. */
  speak(language) { return this.turn(() => this.page.locator(`#languages button[value=${language}]`).click()); }

  get address() { return this.page.url().replace(base, ''); }
  get step() { return new URL(this.page.url()).pathname.split('/').at(-1); }
  get main() { return this.page.locator('main'); }

  text() { return this.main.innerText(); }
  cookies() { return this.context.cookies(); }

  /** What the portal says in the language of the page. */
  async says(id) { return wording(await this.page.locator('html').getAttribute('lang'), id); }

  /** Gives the answer to the question on the page: option ids, words, a date, places in an order, or several of them. */
  async fill({ options = [], text, date, ranks = {} } = {}) {
    for (const o of options) {
      const list = this.page.locator('select[name=answer]');
      if (await list.count()) await list.selectOption(o);
      else await this.page.locator(`input[name=answer][value="${o}"]`).check();
    }
    if (text !== undefined) await this.page.locator('[name=text]').fill(text);
    for (const [part, figures] of Object.entries(date ?? {})) await this.page.locator(`[name=${part}]`).fill(figures);
    for (const [option, place] of Object.entries(ranks)) await this.page.locator(`[name=rank-${option}]`).selectOption(place);
  }

  /** Starts a response, by way of the page that stands before the first question. */
  async start(consultation = id, language = '') {
    await this.go(`/${consultation}${language && '?lang=' + language}`);
    await this.turn(() => this.page.locator('main a.go').first().click());
    assert.equal(new URL(this.page.url()).pathname, `/${consultation}/respond`);
    await this.turn(() => this.page.locator('main form button').click());
  }

  /** The twelve words of the code on the page. */
  words() { return this.page.locator('.words li').allInnerTexts(); }

  /** Uses a code. */
  async use(words, consultation = id) {
    await this.go(`/${consultation}/receipt`);
    await this.page.locator('#code').fill(words.join(' '));
    await this.turn(() => this.page.locator('main form button').click());
  }

  /** Answers question by question until the step named, skipping those without an answer. */
  async answer(answers, to = 'check') {
    for (let steps = 0; this.step !== to; steps++) {
      assert.ok(steps < 60, `no way to ${to}: at ${this.step}`);
      const at = this.step;
      await this.fill(answers[at]);
      await this.proceed();
      assert.notEqual(this.step, at, `${at} was not accepted: ${await this.text()}`);
    }
  }

  /** Answers these questions alone, each at its address, and goes to the page that shows all answers. */
  async give(answers, consultation = id) {
    for (const [question, answer] of Object.entries(answers)) {
      if (this.step !== question) await this.go(`/${consultation}/respond/${question}`);
      await this.fill(answer);
      await this.proceed();
      assert.notEqual(this.step, question, `${question} was not accepted`);
    }
    if (this.step !== 'check') await this.go(`/${consultation}/respond/check`);
  }

  /** The rows of the page that shows all answers on which something was answered. */
  answered() { return this.page.locator('.rows > div:not(:has(.none))').evaluateAll(rows => rows.map(r => r.id)); }

  async signIn(role, path = '/staff') {
    const { email, password } = JSON.parse(accounts)[role];
    await this.go(path);
    await this.page.getByLabel('Email address').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.press('Sign in', this.main);
    assert.equal(this.address, path);
  }

  /** Checks what is taken out of everything that waits for it, as it is suggested. */
  async checkAll(consultation = id) {
    await this.go(`/staff/${consultation}/redactions`);
    const has = name => this.page.getByRole('button', { name }).count();
    if (await has('Check the next')) await this.press('Check the next');
    while (this.address.includes('/redact?') || this.address.endsWith('/redact')) {
      for (const name of [/^Accept all that are sure/, /^Leave all that are doubtful/]) if (await has(name)) await this.press(name);
      await this.press(/^I have read it all/);
    }
    assert.match(await this.text(), /Not checked yet\s*0/);
  }

  /** Presses Tab until an element that matches has the focus, looking at each on the way. */
  async tabTo(selector) {
    for (let i = 0; i < 60; i++) {
      await this.page.keyboard.press('Tab');
      const focus = await this.page.evaluate(wanted => {
        const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
        const inside = (x, y) => { const top = document.elementFromPoint(x, y); return top && (e.contains(top) || top.contains(e)); };
        const points = [[r.left + 2, r.top + 2], [r.right - 2, r.top + 2], [r.left + 2, r.bottom - 2], [r.right - 2, r.bottom - 2], [r.left + r.width / 2, r.top + r.height / 2]];
        return { name: e.outerHTML.slice(0, 100), there: e.matches(wanted), page: e === document.body,
          outlined: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, seen: points.some(p => inside(...p)) };
      }, selector);
      if (focus.page) continue; // the end of the page, before its beginning again
      assert.ok(focus.outlined, `${this.address}: nothing shows that this has the focus: ${focus.name}`);
      assert.ok(focus.seen, `${this.address}: something covers what has the focus: ${focus.name}`);
      if (focus.there) return;
    }
    assert.fail(`${this.address}: ${selector} cannot be reached with Tab`);
  }

  /** What must hold on every page. */
  async look() {
    const found = await this.page.evaluate(() => {
      const root = document.documentElement, small = [];
      for (const e of document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, label, form a, nav a, header a, footer a, .act a, a.button, a.back, a.exit')) {
        const r = e.getBoundingClientRect();
        if (e.checkVisibility() && !e.closest('[aria-hidden=true]') && (r.width < 24 || r.height < 24)) small.push(`${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 120)}`);
      }
      const exit = document.querySelector('a.exit');
      return { sideways: root.scrollWidth - root.clientWidth, small, stored: localStorage.length + sessionStorage.length, title: document.title,
        exit: Boolean(exit?.checkVisibility() || exit && matchMedia('print').matches) };
    });
    const at = `${this.address} at ${this.page.viewportSize().width} px`;
    if (this.address.startsWith('/')) assert.equal(found.exit, !this.address.startsWith('/staff'), `${at}: a way to leave in a hurry`);
    assert.ok(found.sideways <= 0, `${at} has to be scrolled sideways, by ${found.sideways} px`);
    assert.deepEqual(found.small, [], `${at}: targets under 24 px`);
    assert.equal(found.stored, 0, `${at}: something is kept in the browser's storage`);
    assert.doesNotMatch(found.title, telling, `${at}: the title is telling`);
    assert.deepEqual(await this.violations(), [], `${at}: accessibility`);
  }

  /** The WCAG A and AA rules that the page breaks, each with where. What was checked before, letter for letter, is not again. */
  async violations() {
    const page = await this.page.evaluate(() => [innerWidth, document.documentElement.outerHTML,
      [...document.querySelectorAll(':checked')].map(e => e.id)].join('\n'));
    if (checked.has(page)) return [];
    checked.add(page);
    await this.#run(true);
    try {
      return await this.page.evaluate(`(() => {
        if (!window.axe) { ${axe} }
        return axe.run({ runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] }).then(r =>
          r.violations.map(v => v.id + ': ' + v.help + ' | ' + v.nodes.map(n => n.target.join(' ') + ' (' + n.failureSummary.replaceAll('\\n', ' ') + ')').join(' | ')));
      })()`);
    } finally {
      await this.#run(this.scripts);
    }
  }
}

/** Closes and freezes a consultation as one officer, who proposes its report, and publishes it as another. */
export async function publish(v, of = id) {
  await v.signIn('officer');
  for (const button of ['Close the consultation', 'Freeze the analysis']) {
    await v.go(`/staff/${of}/settings`);
    await v.press(button);
  }
  await v.go(`/staff/${of}/report`);
  await v.follow('Propose, check and publish versions');
  await v.press('Propose this version');
  assert.match(await v.text(), /somebody else has to check it/);
  await v.press('Sign out');
  await v.signIn('second');
  await v.go(`/staff/${of}/versions`);
  await v.follow('Read version 1 as it would be published');
  assert.match(await v.text(), /Only staff see this page/);
  await v.go(`/staff/${of}/versions`);
  await v.press('I have read it and it identifies nobody');
  assert.match(await v.page.getByRole('status').innerText(), /public now/);
  await v.press('Sign out');
}
