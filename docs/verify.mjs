// A second verifier of Heard's public log, written from docs/log.md alone, so that
// nobody has to take the first one's word. It needs Node 20 and nothing else.
//
//   node verify.mjs FOLDER [--receipt FILE] [--since CHECKPOINT] [--report FILE [--struck]] [--key KEY]
//
// FOLDER holds the files checkpoint, leaves and key, and once a report is published
// manifests, openings and texts. The numbers in brackets are sections of log.md.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const sha256 = (...parts) => {
  const h = createHash('sha256');
  for (const p of parts) h.update(p);
  return h.digest();
};
const check = (holds, fault) => { if (!holds) throw new Error(fault); };
const plain = (text) => text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
const lines = (text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function bytes32(text) {
  const b = Buffer.from(text, 'base64');
  check(b.length === 32 && b.toString('base64') === text, 'expected 32 bytes in base64');
  return b;
}

// [2] The entry for some content.
const seal = (kind, salt, content) => sha256(`heard/${kind}/v1\0`, salt, sha256(content));

// [3] The root of the Merkle tree of RFC 6962.
function root(leaves, from = 0, to = leaves.length) {
  const n = to - from;
  if (n === 0) return sha256('');
  if (n === 1) return sha256(Buffer.from([0]), leaves[from]);
  let k = 1;
  while (k * 2 < n) k *= 2;
  return sha256(Buffer.from([1]), root(leaves, from, from + k), root(leaves, from + k, to));
}

// [4] The text of a note that the key has signed.
function opened(note, key) {
  const [, name, hash, data] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(key) ?? [];
  check(name, 'the key cannot be read');
  const raw = Buffer.from(data, 'base64');
  check(raw.length === 33 && raw[0] === 1 && sha256(`${name}\n`, raw).subarray(0, 4).toString('hex') === hash, 'the key cannot be read');
  const ed25519 = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)]), format: 'der', type: 'spki' });
  const end = note.lastIndexOf('\n\n');
  check(end >= 0, 'it is not a signed note');
  const text = note.slice(0, end + 1);
  const mine = lines(note.slice(end + 2)).map((line) => /^— (\S+) (\S+)$/.exec(line)).filter((m) => m?.[1] === name)
    .map((m) => Buffer.from(m[2], 'base64')).filter((s) => s.subarray(0, 4).toString('hex') === hash);
  check(mine.length > 0 && mine.every((s) => verifySignature(null, Buffer.from(text), ed25519, s.subarray(4))), 'it is not signed with this key');
  return text;
}

// [5] A checkpoint: the log at one size.
function checkpoint(text) {
  const m = /^heard\/([A-Za-z0-9._-]{1,100})\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  check(m, 'this is not a checkpoint');
  return { consultation: m[1], size: Number(m[2]), root: m[3] };
}

// [6] A receipt, as its fields.
function parseReceipt(text) {
  const all = plain(text).split('\n').map((line) => line.trim()).filter(Boolean);
  const title = all.shift();
  check(/^Receipt from Heard, version [12]$/.test(title), 'this is not a receipt');
  const signature = all.find((line) => line.startsWith('— '));
  const fields = all.filter((line) => line !== signature).map((line) => /^([a-z]+):\s*(.*)$/.exec(line)?.slice(1) ?? []);
  const r = Object.fromEntries(fields);
  const names = title.endsWith('1') ? ['consultation', 'received', 'leaf']
    : ['consultation', 'received', 'leaf', ...(r.state ? ['state', 'entry', 'opening'] : []), 'key'];
  check(fields.length === names.length && names.every((n) => r[n]), 'the receipt has not the lines it should');
  check(!r.state || (/^(counted|erased|merged|withheld [0-9a-f]{64}|withdrawn)$/.test(r.state) && /^(state|change) [1-9][0-9]{0,8}$/.test(r.entry)), 'the receipt tells no state');
  if (r.key) opened(`${title}\n${names.map((n) => `${n}: ${r[n]}\n`).join('')}\n${signature}\n`, r.key);
  return r;
}

// verify checks a log, whose files are given as text, and what else is given with
// it: a receipt, an earlier checkpoint, a report, each as text, whether words were
// taken out of that afterwards, and the key. It throws for whatever does not hold,
// and returns what it found.
export function verify(files, { receipt, since, report, struck, key } = {}) {
  const file = (name) => plain(files[name] ?? '');
  const r = receipt === undefined ? undefined : parseReceipt(receipt);
  key ||= r?.key || file('key').trim();
  const c = checkpoint(opened(file('checkpoint'), key));
  const leaves = lines(file('leaves')).map(bytes32);
  check(leaves.length === c.size, 'leaves and checkpoint are of different sizes');
  check(root(leaves).toString('base64') === c.root, 'the root does not match the leaves');
  const places = new Map(leaves.map((l, i) => [l.toString('base64'), i]));
  check(places.size === leaves.length, 'an entry is in the log twice');
  const has = (entry) => places.has(entry.toString('base64'));

  // [7] Manifests and openings.
  const texts = file('manifests').trim() === '' ? [] : file('manifests').trim().split('\n\n').map((t) => `${t}\n`);
  const openings = lines(file('openings'));
  const names = ['consultation', 'edition', 'day', 'roll-call', 'size', 'root', 'openings', 'submissions', 'counted', 'uncounted', 'merged', 'withheld', 'withdrawn', 'erased', 'report'];
  const manifests = texts.map((text) => {
    const [title, ...rest] = lines(text);
    check(title === 'Manifest from Heard, version 1' && rest.length === names.length, 'this is not a manifest');
    const m = Object.fromEntries(rest.map((line, i) => {
      check(line.startsWith(`${names[i]}: `), 'this is not a manifest');
      return [names[i], line.slice(names[i].length + 2)];
    }));
    for (const n of ['edition', 'roll-call', 'size', 'submissions', 'counted', 'uncounted', 'merged', 'withheld', 'withdrawn', 'erased']) {
      check(/^(0|[1-9][0-9]*)$/.test(m[n]) || (m[n] === '-' && ['merged', 'withheld', 'withdrawn', 'erased'].includes(n)), 'a number of a manifest cannot be read');
      m[n] = m[n] === '-' ? undefined : Number(m[n]);
    }
    check(has(seal('manifest', Buffer.alloc(32), text)), 'a manifest is not in the log');
    return m;
  });
  check(openings.length === (manifests.at(-1)?.size ?? 0) && openings.length <= c.size, 'the openings do not reach to the last manifest');
  openings.forEach((line, i) => {
    const m = /^(?:submission|text|manifest|audit|(?:state|change) [1-9][0-9]{0,8}|padding ([A-Za-z0-9+/]{43}=))$/.exec(line);
    check(m, 'an opening cannot be read');
    check(!m[1] || seal('padding', bytes32(m[1]), '').equals(leaves[i]), 'what is said to be padding is not');
  });
  for (const m of manifests) {
    check(m.consultation === c.consultation && m.size <= openings.length, 'a manifest is of another log');
    check(root(leaves, 0, m.size).toString('base64') === m.root, 'a manifest names another log');
    const those = openings.slice(0, m.size);
    check(sha256(`${those.join('\n')}\n`).toString('base64') === m.openings, 'a manifest names other openings');
    const count = (kind) => those.filter((line) => line === kind).length;
    check(count('submission') === m.submissions && count(`state ${m['roll-call']}`) === m.submissions, 'the log has not as many submissions as a manifest says');
    const parts = [m.merged, m.withheld, m.withdrawn], sum = parts.reduce((a, b) => a + (b ?? 0), 0);
    check(m.submissions === m.counted + m.uncounted && sum <= m.uncounted && (parts.includes(undefined) || sum === m.uncounted) && (m.erased ?? 0) <= m.counted,
      'the submissions are not the sum of what became of them');
  }

  // [8] Published texts.
  const published = lines(file('texts'));
  for (const line of published) {
    const at = line.indexOf(' ');
    check(has(seal('text', bytes32(line.slice(0, at)), line.slice(at + 1))), 'a published text is not in the log');
  }

  if (r) {
    check(r.consultation === c.consultation, 'the receipt is for another consultation');
    check(!r.key || r.key === key, 'the receipt and the log are signed with different keys');
    check(places.has(r.leaf), 'the receipt is not in the log');
    check(manifests.length === 0 || openings[places.get(r.leaf)] === 'submission', 'the leaf of the receipt is not opened as a submission');
  }
  if (r?.state) {
    const at = places.get(seal('state', bytes32(r.opening), `${r.entry}\n${r.leaf}\n${r.state}\n`).toString('base64')), [kind, roll] = r.entry.split(' ');
    check(at !== undefined, 'what the receipt says became of it is not in the log');
    const later = at >= openings.length && !(kind === 'state' && Number(roll) <= (manifests.at(-1)?.['roll-call'] ?? 0));
    check(later || openings[at] === r.entry, 'what the receipt says became of it is not opened as that');
    check(kind === 'state' || r.state !== 'counted', 'only a roll-call says that it is counted');
  }
  if (since !== undefined) { // [9]
    const text = plain(since);
    const was = checkpoint(text.includes('\n\n') ? opened(text, key) : text);
    check(was.consultation === c.consultation, 'the earlier checkpoint is of another log');
    check(was.size <= c.size && root(leaves, 0, was.size).toString('base64') === was.root, 'the log did not grow out of the earlier one');
  }
  if (report !== undefined) { // [10]
    const p = JSON.parse(report), m = manifests.find((x) => x.edition === p.version?.number);
    check(m && p.consultation === m.consultation && p.checkpoint === m.root, 'the report names another log than its manifest');
    const pairs = [[p.roll_call.submissions, m.counted]];
    const said = (f) => (typeof f === 'object' ? (f.masked ? undefined : f.value) : f ?? 0); // a number in reports from before
    if (m.edition === 1) pairs.push([said(p.roll_call.withdrawn), m.withdrawn], [said(p.roll_call.replaced), m.merged], [said(p.roll_call.set_aside), m.withheld]);
    check(pairs.every(([a, b]) => b === undefined || a === b), "the report's roll-call does not equal the log");
    const compact = report.replace(/("(?:[^"\\]+|\\.)*")|[ \t\r\n]+/g, '$1');
    check(struck || sha256(compact).toString('base64') === m.report, "the report's bytes are not those that were published: words were taken out since (the portal says when; check again with --struck), or it was altered");
  }
  return { ...c, key, manifests, texts: published.length };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, ...all] = process.argv.slice(2), given = { struck: all.includes('--struck') }, rest = all.filter((a) => a !== '--struck');
  for (let i = 0; i < rest.length; i += 2) given[rest[i].slice(2)] = rest[i] === '--key' ? rest[i + 1] : readFileSync(rest[i + 1], 'utf8');
  const files = {};
  for (const name of ['checkpoint', 'leaves', 'key', 'manifests', 'openings', 'texts']) {
    if (existsSync(join(folder, name))) files[name] = readFileSync(join(folder, name), 'utf8');
  }
  try {
    const log = verify(files, given);
    console.log(`All of it holds: ${log.size} entries of ${log.consultation}, root ${log.root}, signed with ${log.key}; ${log.manifests.length} manifests, ${log.texts} published texts.`);
  } catch (e) {
    console.error(`It does not hold: ${e.message}.`);
    process.exitCode = 1;
  }
}
