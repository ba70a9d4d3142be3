// Checks a receipt against the public log in the browser. The whole log is fetched,
// without cookies, so that nobody learns whose entry is looked for, and nothing that
// is pasted leaves the page. docs/log.md says what is checked, and "heard verify"
// does the same without trusting this portal's scripts.
(function () {
  'use strict';
  var box = document.querySelector('[data-check]');
  if (!box || !window.crypto || !crypto.subtle || !window.fetch || !window.TextEncoder) return;

  function bytes(text) { return Uint8Array.from(atob(text), function (c) { return c.charCodeAt(0); }); }
  function text(b) { return btoa(String.fromCharCode.apply(null, b)); }
  function join(parts) {
    var size = 0, all = parts.map(function (p) { return typeof p === 'string' ? new TextEncoder().encode(p) : p; });
    var whole = new Uint8Array(all.reduce(function (n, p) { return n + p.length; }, 0));
    all.forEach(function (p) { whole.set(p, size); size += p.length; });
    return whole;
  }
  async function sha256() { return new Uint8Array(await crypto.subtle.digest('SHA-256', join([].slice.call(arguments)))); }
  async function root(nodes) {
    while (nodes.length > 1) { // pairs are joined, and one that is left over waits
      nodes = await Promise.all(nodes.filter(function (_, i) { return i % 2 === 0; }).map(function (left, i) {
        return 2 * i + 1 < nodes.length ? sha256([1], left, nodes[2 * i + 1]) : left;
      }));
    }
    return text(nodes.length ? nodes[0] : await sha256(''));
  }
  // The text of a note if the key has signed it. Browsers that do not know this kind
  // of signature say so by an error of another name.
  async function opened(note, key) {
    var raw = bytes(key.split('+').slice(2).join('+')), end = note.lastIndexOf('\n\n') + 1, name = key.split('+')[0];
    var line = note.slice(end + 1).split('\n').find(function (l) { return l.indexOf('— ' + name + ' ') === 0; });
    var ed25519 = await crypto.subtle.importKey('raw', raw.slice(1), 'Ed25519', false, ['verify']);
    var good = end > 0 && line && await crypto.subtle.verify('Ed25519', ed25519, bytes(line.split(' ')[2]).slice(4), new TextEncoder().encode(note.slice(0, end)));
    if (!good) throw new Error('signature');
    return note.slice(0, end).split('\n');
  }
  async function file(name) {
    var answer = await fetch(box.dataset.check + name, { credentials: 'omit', redirect: 'error' });
    if (!answer.ok) throw new Error(name);
    return answer.text();
  }

  // check returns which of the sentences on the page is true.
  async function check(pasted) {
    var r = {}, lines = pasted.split('\n').map(function (l) { return l.trim(); }).filter(Boolean);
    lines.slice(1).forEach(function (l) {
      if (l.indexOf('— ') === 0) r.signature = l;
      else r[l.split(':')[0]] = l.slice(l.indexOf(':') + 1).trim();
    });
    if (!/^Receipt from Heard, version [12]$/.test(lines[0]) || !r.leaf) return 'receipt';
    if (r.state && !(/^(counted|erased|merged|withheld [0-9a-f]{64}|withdrawn)$/.test(r.state) && /^(state|change) [1-9][0-9]{0,8}$/.test(r.entry))) return 'receipt';
    var key = (await file('key')).trim(), note = await file('checkpoint'), leaves = (await file('leaves')).split('\n').filter(Boolean);
    var manifest = (await file('manifests')).trim().split('\n\n').pop(), openings = await file('openings'), m = {};
    var mine = lines.filter(function (l) { return l !== r.signature; }).join('\n') + '\n\n' + r.signature + '\n', signed = 'holds', said;
    if (r.key && r.key !== key) return 'key';
    try {
      said = await opened(note, key);
      if (r.key) await opened(mine, key);
    } catch (e) {
      if (e.message === 'signature') return 'log';
      said = note.split('\n');
      signed = 'unsigned';
    }
    var nodes = await Promise.all(leaves.map(function (l) { return sha256([0], bytes(l)); }));
    if (said[0] !== 'heard/' + r.consultation || Number(said[1]) !== leaves.length || await root(nodes) !== said[2]) return 'log';
    if (new Set(leaves).size !== leaves.length) return 'log';
    // What the entries were, up to the last manifest.
    var kinds = openings.split('\n').filter(Boolean), at = leaves.indexOf(r.leaf);
    if (manifest) {
      manifest.split('\n').forEach(function (l) { m[l.split(': ')[0]] = l.split(': ')[1]; });
      var told = text(await sha256('heard/manifest/v1\0', new Uint8Array(32), await sha256(manifest + '\n')));
      if (leaves.indexOf(told) < 0 || m.openings !== text(await sha256(openings)) || Number(m.size) !== kinds.length) return 'log';
    }
    if (at < 0) return 'missing';
    if (manifest && kinds[at] !== 'submission') return 'left';
    if (r.state) {
      at = leaves.indexOf(text(await sha256('heard/state/v1\0', bytes(r.opening), await sha256(r.entry + '\n' + r.leaf + '\n' + r.state + '\n'))));
      if (at < 0) return 'missing';
      var kind = r.entry.split(' '), due = at < kinds.length || kind[0] === 'state' && Number(kind[1]) <= Number(m['roll-call'] || 0);
      if (due && kinds[at] !== r.entry || kind[0] === 'change' && r.state === 'counted') return 'left';
    }
    return signed;
  }

  box.hidden = false;
  box.addEventListener('submit', async function (event) {
    event.preventDefault();
    var found;
    try { found = await check(box.querySelector('textarea').value); } catch (e) { found = 'away'; }
    box.querySelectorAll('[data-found]').forEach(function (p) { p.hidden = p.dataset.found !== found; });
  });
})();
