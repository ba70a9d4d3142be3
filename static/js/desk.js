// What the staff's pages do better where scripts run. Everything works without
// it, and it keeps nothing in the browser.
(function () {
  'use strict';

  // The error summary takes the focus, so that it is read out first.
  var problem = document.querySelector('.problem[role=alert][tabindex]');
  if (problem) problem.focus();

  function scripted(root) {
    root.querySelectorAll('[data-scripted]').forEach(function (e) { e.hidden = false; });
  }
  scripted(document);
  document.addEventListener('click', function (event) { if (event.target.id === 'print') window.print(); });

  // Whether a key is for the page and not for what has the focus.
  function free(event) {
    var at = event.target;
    return !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing && !event.defaultPrevented &&
      !at.matches('textarea, select, input:not([type=checkbox])') && !at.isContentEditable;
  }

  // Results come as somebody types or chooses, at the address they would have
  // anyway. The page works the same without: this asks for what Enter would.
  var find = document.getElementById('find'), results = document.getElementById('results');
  if (find && results && window.fetch && window.AbortController && results.replaceChildren) {
    var told = document.getElementById('told'), timer, asking;
    var address = function () {
      var values = new URLSearchParams();
      new FormData(find).forEach(function (value, name) { if (value !== '') values.append(name, value); });
      return find.action + '?' + values;
    };
    var show = function (text) {
      var focused = document.activeElement && results.contains(document.activeElement) && document.activeElement.id;
      var open = Array.from(results.querySelectorAll('details[open]')).map(function (d) { return d.id; });
      // The portal's own page, as the server wrote it. No script in it would run.
      results.replaceChildren.apply(results, new DOMParser().parseFromString(text, 'text/html').body.childNodes);
      scripted(results);
      results.querySelectorAll('details').forEach(function (d) { if (d.id && open.indexOf(d.id) >= 0) d.open = true; });
      var again = focused && document.getElementById(focused);
      if (again) again.focus();
      var count = document.getElementById('count') || results.querySelector('[role=alert]');
      var hits = results.querySelectorAll('.hits > li').length;
      told.textContent = (count ? count.textContent : '') + (hits ? ', ' + hits + ' on this page' : '');
    };
    var ask = function () {
      clearTimeout(timer);
      if (asking) asking.abort();
      var to, mine = asking = new AbortController();
      results.ariaBusy = 'true';
      fetch(to = address(), { headers: { 'Heard-Fragment': 'results' }, signal: mine.signal, credentials: 'same-origin', redirect: 'error' }).then(function (answer) {
        // Anything but results, such as being signed out, is for the page itself.
        if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (text) {
        if (mine !== asking) return;
        asking = null;
        results.ariaBusy = null;
        show(text);
        history.replaceState(null, '', to);
      }).catch(function () {
        if (mine !== asking) return;
        asking = null;
        results.ariaBusy = null;
        told.textContent = 'The results could not be brought up to date. Press Search.';
      });
    };
    find.addEventListener('input', function (event) {
      if (event.isComposing) return;
      clearTimeout(timer);
      timer = setTimeout(ask, 300);
    });
    // The filters stand outside the form and belong to it.
    results.addEventListener('change', function (event) { if (event.target.form === find) ask(); });
    find.addEventListener('submit', function () {
      clearTimeout(timer);
      if (asking) asking.abort();
      asking = null;
    });
  }

  // Single keys for those who read many answers in a row, unless they are
  // switched off. The arrows are left to the page but for who is on a result.
  var keys = document.getElementById('single-keys');
  if (keys) document.addEventListener('keydown', function (event) {
    keys = document.getElementById('single-keys');
    if (!keys || keys.hasAttribute('data-off') || !free(event)) return;
    var hits = Array.from(document.querySelectorAll('#results .hits h3 a'));
    var i = hits.indexOf(document.activeElement), key = event.key, to;
    // What the page has on a key of its own; held down, it acts once.
    var own = /^[a-z]$/.test(key) && document.querySelector('main [data-key="' + key + '"]');
    if (own) {
      event.preventDefault();
      if (!event.repeat) own.click();
      return;
    }
    if (i >= 0 && key === 'ArrowDown') key = 'j';
    if (i >= 0 && key === 'ArrowUp') key = 'k';
    if (key === '/') to = document.getElementById('q');
    else if (key === 'j') to = hits[i + 1];
    else if (key === 'k') to = hits[Math.max(i, 1) - 1];
    else if (key === 'n') to = document.querySelector('main a[rel=next]');
    else if (key === 'p') to = document.querySelector('main a[rel=prev]');
    else if (key === '?') { keys.open = true; to = keys.querySelector('summary'); } else return;
    if (!to) return;
    event.preventDefault();
    if (key === 'n' || key === 'p') to.click();
    else to.focus();
    if (key === '/') to.select();
  });

  // What is taken out of answers: words are taken from the selection, and single
  // keys go from part to part and decide. Nothing is kept before it is saved.
  var redact = document.getElementById('redact');
  if (redact) {
    var chosen = {};
    document.addEventListener('selectionchange', function () {
      var s = document.getSelection();
      var from = s && !s.isCollapsed && s.anchorNode.parentElement.closest('[data-question]');
      if (from && from.contains(s.focusNode)) chosen[from.dataset.question] = s.toString().trim();
    });
    redact.addEventListener('click', function (event) {
      var question = event.target.dataset.take;
      if (!question) return;
      var say = document.getElementById('taken-' + question), field = document.getElementById('add-' + question);
      say.textContent = chosen[question] ? 'Taken. Say what it is, then save.' : 'Select words in the answer first.';
      if (!chosen[question]) return;
      field.value = chosen[question];
      document.getElementById('add-kind-' + question).focus();
    });
    var parts = Array.from(redact.querySelectorAll('.item')), noKeys = document.getElementById('keys');
    document.addEventListener('keydown', function (event) {
      if (!noKeys || noKeys.checked || !free(event)) return;
      var i = parts.indexOf(document.activeElement.closest('.item')), to = parts[i + 1];
      if (event.key === 'p') to = parts[Math.max(i, 1) - 1];
      else if ((event.key === 'a' || event.key === 'x') && i >= 0) parts[i].querySelector('[name=do]').value = event.key === 'a' ? 'accept' : 'not_identifier';
      else if ((event.key === 's' || event.key === 'd') && !event.repeat) { redact.requestSubmit(redact.querySelector(event.key === 's' ? '[value=save]' : '[value=checked]')); to = null; } else if (event.key !== 'n') return;
      event.preventDefault();
      if (to) to.focus();
    });
  }

  var form = document.getElementById('code'), text = document.getElementById('text');
  if (!form || !text) return;

  // Words selected in the answer go into the first row that is free, and the
  // theme that has or last had the focus beside them.
  var take = document.getElementById('take'), taken = document.getElementById('taken');
  var boxes = Array.from(form.querySelectorAll('input[name=theme]'));
  var words = '', last = null;
  document.addEventListener('selectionchange', function () {
    var s = document.getSelection();
    if (s && !s.isCollapsed && text.contains(s.anchorNode) && text.contains(s.focusNode)) words = s.toString().trim();
  });
  form.addEventListener('focusin', function (event) { if (event.target.name === 'theme') last = event.target; });
  function keep() {
    var rows = Array.from(form.querySelectorAll('textarea[name=words]'));
    var row = rows.find(function (r) { return r.value.trim() === ''; });
    if (!words) { taken.textContent = 'Select words in the answer first.'; return; }
    if (!row) { taken.textContent = 'Every row is full. Save, then open the answer again for more.'; return; }
    row.value = words;
    words = '';
    var theme = form.querySelectorAll('select[name=speaks]')[rows.indexOf(row)];
    if (last && last.checked && theme.value === '') theme.value = last.value;
    taken.textContent = 'Taken. Now choose their theme.';
    theme.focus();
  }
  if (take) take.addEventListener('click', keep);

  // Single keys, while nobody writes and they are not switched off.
  var off = document.getElementById('keys');
  document.addEventListener('keydown', function (event) {
    if (!off || off.checked || !free(event)) return;
    var i = boxes.indexOf(document.activeElement);
    if (event.key === 'j' || event.key === 'k') {
      if (i < 0 && last) i = boxes.indexOf(last) - (event.key === 'j' ? 1 : -1);
      var next = boxes[event.key === 'j' ? i + 1 : Math.max(i, 1) - 1];
      if (next) next.focus();
    } else if (event.key === 'w' && take) keep();
    else if (event.key === 's' && !event.repeat) form.requestSubmit();
    else return;
    event.preventDefault();
  });
})();
