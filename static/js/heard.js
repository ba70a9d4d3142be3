// What the pages do better where scripts run. Everything works without it, and
// it keeps nothing in the browser.
(function () {
  'use strict';

  // "Exit this page": pressing Escape three times, or the link, leaves at once
  // and takes the page out of the way while the answers are destroyed.
  var exit = document.querySelector('a.exit');
  var presses = 0, leaving = false, timer;
  function leave(event) {
    if (event) event.preventDefault();
    if (leaving) return;
    leaving = true;
    document.title = ' ';
    document.body.hidden = true;
    location.replace(exit.href);
  }
  if (exit) {
    exit.addEventListener('click', leave);
    document.addEventListener('keydown', function (event) {
      if (event.key !== 'Escape') { presses = 0; return; }
      if (event.repeat) return;
      presses += 1;
      clearTimeout(timer);
      timer = setTimeout(function () { presses = 0; }, 5000);
      if (presses === 3) leave();
    });
    // A page that the browser kept is asked for again, so that Back shows
    // nothing that was destroyed.
    window.addEventListener('pageshow', function (event) { if (event.persisted) location.reload(); });
  }

  // The error summary takes the focus, so that it is read out first.
  var problem = document.querySelector('.problem[role=alert]');
  if (problem) problem.focus();

  // What is typed is kept with the unsent answers, so that a page that is
  // reloaded or closed by mistake loses nothing.
  var form = document.querySelector('form[data-keep]');
  if (form && window.fetch && window.URLSearchParams && window.FormData) {
    var changed = false, waiting, sending;
    var keep = function () {
      clearTimeout(waiting);
      waiting = 0;
      if (!changed || leaving) return;
      changed = false;
      var body = new URLSearchParams(new FormData(form));
      body.set('do', 'keep');
      sending = window.AbortController ? new AbortController() : undefined;
      fetch(form.action, { method: 'POST', body: body, credentials: 'same-origin', keepalive: String(body).length < 60000, signal: sending && sending.signal })
        .catch(function (error) { if (error.name !== 'AbortError') changed = true; });
    };
    // Also while somebody writes on and on without a pause.
    form.addEventListener('input', function () {
      changed = true;
      if (!waiting) waiting = setTimeout(keep, 2000);
    });
    // What is still on its way must not come after the answer itself.
    form.addEventListener('submit', function () {
      changed = false;
      clearTimeout(waiting);
      if (sending) sending.abort();
    });
    document.addEventListener('visibilitychange', function () { if (document.visibilityState === 'hidden') keep(); });
  }

  // How many characters are left, in code points as the portal counts them.
  var area = document.querySelector('textarea[data-limit]'), left = document.getElementById('left');
  if (area && left) {
    var count = function () {
      var n = Number(area.dataset.limit) - Array.from(area.value).length;
      left.hidden = n > 500;
      left.lastElementChild.textContent = String(n);
    };
    var pause; // said once somebody stops typing, not at every key
    area.addEventListener('input', function () { clearTimeout(pause); pause = setTimeout(count, 800); });
    count();
  }

  // While very many responses come in, a sum that programs would have to do for
  // each one. It is done while the page is read; sending never waits for it.
  var check = document.querySelector('form[data-token]');
  if (check && window.crypto && crypto.subtle && window.TextEncoder) {
    var token = check.dataset.token, bits = Number(token.split('.')[1]), n = 0;
    var zeros = function (buffer) {
      var bytes = new Uint8Array(buffer), total = 0;
      for (var i = 0; i < bytes.length; i++) {
        if (bytes[i] === 0) { total += 8; continue; }
        return total + Math.clz32(bytes[i]) - 24;
      }
      return total;
    };
    var work = function () {
      return crypto.subtle.digest('SHA-256', new TextEncoder().encode(token + ':' + n)).then(function (sum) {
        if (zeros(sum) >= bits) { check.elements.work.value = String(n); return undefined; }
        n += 1;
        return n % 500 ? work() : new Promise(function (done) { setTimeout(done, 0); }).then(work);
      });
    };
    if (bits > 0) work();
  }
})();
