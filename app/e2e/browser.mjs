// The browser that the journeys share: people who visit the portal in it, and
// what must hold on every page they see.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { E2E_URL: base, E2E_ID: id, E2E_EXIT: exitTo, E2E_ACCOUNTS: accounts } = process.env;
if (!base) throw new Error('E2E_URL is not set: run this with "make e2e" or "make screens", which start a portal first');

export { base, id, exitTo };

/** An old phone held upright, a desk, and a desk at 400 % zoom. */
export const phone = { width: 320, height: 568 };
export const desk = { width: 1280, height: 900 };
export const zoomed = { width: 320, height: 256, scale: 4 };

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What no title may say: a history is read by whoever holds the phone. */
const telling = /sex|prostitut|street|order|parade|harbour|police/i;

/** Starts the Chromium that is installed. It can reach the portal and nothing else. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    chromiumSandbox: process.getuid() !== 0,
    args: ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
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

/** Somebody at the portal, in a browser profile of their own. */
export class Visitor {
  /**
   * @param {import('playwright-core').Browser} browser
   * @param {{width: number, height: number, scale?: number}} screen
   * @param {boolean} scripts whether JavaScript is on. The accessibility rules can be checked only if it is.
   */
  static async arrive(browser, screen, scripts) {
    const context = await browser.newContext({
      viewport: { width: screen.width, height: screen.height }, deviceScaleFactor: screen.scale ?? 1,
      javaScriptEnabled: scripts, reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(20_000);
    const v = new Visitor();
    Object.assign(v, { context, scripts, page: await context.newPage(), elsewhere: [], pages: [], received: 0 });
    context.on('request', r => {
      if (!r.url().startsWith(base + '/') && !r.url().startsWith(exitTo)) v.elsewhere.push(r.url());
    });
    v.cdp = await context.newCDPSession(v.page);
    await v.#measure();
    return v;
  }

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

  async leave() {
    assert.deepEqual(this.elsewhere, [], 'requests to other hosts');
    await this.context.close();
  }

  /** Does what leads to another page, waits for that page and looks it over. */
  async turn(act, wait = () => this.page.waitForEvent('load')) {
    const before = this.received, there = wait();
    await Promise.all([act(), there]);
    this.pages.push({ address: this.address, bytes: this.received - before });
    await this.look();
  }

  go(path) { return this.turn(() => this.page.goto(base + path)); }
  reload() { return this.turn(() => this.page.reload()); }
  /** The browser's own Back. A page that the browser kept is shown without being loaded again. */
  back() { return this.turn(() => this.page.goBack({ waitUntil: 'commit' }), () => this.page.waitForEvent('framenavigated')); }
  follow(name, within = this.page) { return this.turn(() => within.getByRole('link', { name }).first().click()); }
  press(name, within = this.page) { return this.turn(() => within.getByRole('button', { name }).first().click()); }
  proceed() { return this.press('Continue'); }

  get address() { return this.page.url().replace(base, ''); }
  get step() { return new URL(this.page.url()).pathname.split('/').at(-1); }
  get main() { return this.page.locator('main'); }

  text() { return this.main.innerText(); }
  cookies() { return this.context.cookies(); }

  /** Gives the answer to the question on the page: option ids, words, or both. */
  async fill({ options = [], text } = {}) {
    for (const o of options) await this.page.locator(`input[name=answer][value="${o}"]`).check();
    if (text !== undefined) await this.page.locator('[name=text]').fill(text);
  }

  /** Starts a response. */
  async start() {
    await this.go('/' + id);
    await this.follow('Start');
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

  async signIn(role, path = '/staff') {
    const { email, password } = JSON.parse(accounts)[role];
    await this.go(path);
    await this.page.getByLabel('Email address').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.press('Sign in', this.main);
    assert.equal(this.address, path);
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
      for (const e of document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, label, form a, nav a, a.button, a.back, a.exit')) {
        const r = e.getBoundingClientRect();
        if (e.checkVisibility() && (r.width < 24 || r.height < 24)) small.push(`${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 120)}`);
      }
      return { sideways: root.scrollWidth - root.clientWidth, small, stored: localStorage.length + sessionStorage.length, title: document.title };
    });
    const at = `${this.address} at ${this.page.viewportSize().width} px`;
    assert.ok(found.sideways <= 0, `${at} has to be scrolled sideways, by ${found.sideways} px`);
    assert.deepEqual(found.small, [], `${at}: targets under 24 px`);
    assert.equal(found.stored, 0, `${at}: something is kept in the browser's storage`);
    assert.doesNotMatch(found.title, telling, `${at}: the title is telling`);
    if (this.scripts) assert.deepEqual(await this.violations(), [], `${at}: accessibility`);
  }

  /** The WCAG A and AA rules that the page breaks, each with where. */
  violations() {
    return this.page.evaluate(`(() => {
      if (!window.axe) { ${axe} }
      return axe.run({ runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] }).then(r =>
        r.violations.map(v => v.id + ': ' + v.help + ' | ' + v.nodes.map(n => n.target.join(' ') + ' (' + n.failureSummary.replaceAll('\\n', ' ') + ')').join(' | ')));
    })()`);
  }
}
