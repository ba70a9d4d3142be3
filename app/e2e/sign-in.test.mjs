// Staff sign in: with a passkey, with a code, with a recovery code.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test, { after, before } from 'node:test';
import { desk, launch, phone, Visitor } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const accounts = JSON.parse(process.env.E2E_ACCOUNTS);

/** Fills in the page of signing in, and sends it. */
async function signIn(v, role, code = '') {
  await v.go('/staff/sign-in');
  await v.page.getByLabel('Email address').fill(accounts[role].email);
  await v.page.getByLabel('Password').fill(accounts[role].password);
  await v.page.getByLabel('Code, if you set one up').fill(code);
  await v.press('Sign in', v.main);
}

/** Makes recovery codes on the account's page, and returns them. */
async function codes(v) {
  await v.press('Make recovery codes');
  const all = await v.page.locator('.note code').allInnerTexts();
  assert.equal(all.length, 10);
  return all;
}

/** What an app shows for the key, so many steps of half a minute from now (RFC 6238). */
function code(key, steps = 0) {
  const bits = [...key.replaceAll(' ', '')].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const sum = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)))).update(step).digest();
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('an officer signs in with a passkey', async t => {
  const v = await Visitor.arrive(browser, desk, true);
  await v.cdp.send('WebAuthn.enable');
  const { authenticatorId } = await v.cdp.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });

  await signIn(v, 'officer');
  assert.equal(v.address, '/staff/account', 'a password alone opens nothing but the account');
  assert.match(await v.text(), /Your role needs more than a password/);
  await v.follow('All consultations');
  assert.equal(v.address, '/staff/account');
  await v.follow('Add a passkey', v.main);
  await v.page.getByLabel('Name, so that you know it again').fill('Blue key');
  await v.press('Add the passkey');
  assert.equal(v.address, '/staff/account');
  assert.match(await v.text(), /Blue key/);
  const [recovery] = await codes(v);
  await v.press('Remove Blue key');
  assert.match(await v.text(), /last way in/);
  await v.go('/staff');
  await v.press('Sign out');

  await signIn(v, 'officer');
  assert.match(await v.text(), /is not right/, 'the password is no longer enough');
  await v.go('/staff/sign-in?next=%2Fstaff%2Faccount');
  await v.press('Sign in with a passkey');
  assert.equal(v.address, '/staff/account');
  await v.page.getByLabel('Name of this browser').fill('Office');
  await v.press('Keep the name');
  assert.match(await v.page.locator('.sessions').innerText(), /This browser, “Office”/);

  await v.go('/staff/prove?next=%2Fstaff%2Faccount');
  await v.press('Use a passkey');
  assert.equal(v.address, '/staff/account');
  await v.press('Sign out');

  // A device that has not made sure who holds it gives no passkey, and the page
  // says what to do.
  await v.cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await v.go('/staff/sign-in');
  await v.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await v.page.getByRole('alert').waitFor();
  assert.match(await v.page.getByRole('alert').innerText(), /Try again, or use another way/);
  await v.look();
  await signIn(v, 'officer', recovery);
  assert.equal(v.address, '/staff');
  await v.leave(t);
});

test('an administrator signs in with a code, scripts off', async t => {
  const v = await Visitor.arrive(browser, phone, false);
  await signIn(v, 'admin');
  assert.equal(v.address, '/staff/account');
  await v.go('/staff/account/passkey');
  assert.match(await v.text(), /scripts do not run/);
  await v.go('/staff/account/app');
  const key = await v.page.locator('main ol code').innerText();
  await v.page.getByLabel('Code', { exact: true }).fill('123');
  await v.press('Set up the app');
  assert.match(await v.text(), /There is a problem/);
  assert.equal(await v.page.locator('main ol code').innerText(), key, 'the key stays, so that it need not be scanned again');
  const used = code(key);
  await v.page.getByLabel('Code', { exact: true }).fill(used);
  await v.press('Set up the app');
  const [recovery] = await codes(v);
  await v.press('Sign out');

  await signIn(v, 'admin', used);
  assert.match(await v.text(), /is not right/, 'a code that was used');
  await signIn(v, 'admin', code(key, 1));
  assert.equal(v.address, '/staff');
  await v.go('/staff/prove?next=%2Fstaff%2Fusers');
  await v.page.getByLabel('Password').fill('wrong');
  await v.press('Go on', v.main);
  assert.match(await v.text(), /There is a problem/);
  await v.page.getByLabel('Password').fill(accounts.admin.password);
  await v.page.getByLabel('Code of your app').fill(recovery);
  await v.press('Go on', v.main);
  assert.equal(v.address, '/staff/users');
  await v.press(new RegExp(`^Ask to let them in anew.*${accounts.officer.email}`));
  assert.match(await v.text(), /Another administrator confirms it/);
  await v.leave(t);
});
