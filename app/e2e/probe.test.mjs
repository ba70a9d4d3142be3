import test from 'node:test';
import { chromium } from 'playwright-core';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
test('probe', async () => {
  const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-quic'], ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  for (const js of [true, false]) {
    const c = await b.newContext({ javaScriptEnabled: js, viewport: { width: 320, height: 568 } });
    const p = await c.newPage();
    await p.goto(process.env.E2E_URL + '/' + process.env.E2E_ID);
    const t = Date.now();
    const r = await Promise.race([p.evaluate(`(() => {${axe}; return axe.run({runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}).then(r => r.violations)})()`), new Promise(r => setTimeout(() => r('timeout'), 8000))]);
    console.log(js, Date.now() - t, JSON.stringify(r));
  }
  await b.close();
});
