// What the staff's pages do better where scripts run. Everything works without
// it, and it keeps nothing in the browser.
(function () {
  'use strict';

  // The error summary takes the focus, so that it is read out first.
  var problem = document.querySelector('.problem[role=alert][tabindex]');
  if (problem) problem.focus();

  var form = document.getElementById('code'), text = document.getElementById('text');
  if (!form || !text) return;
  document.querySelectorAll('[data-scripted]').forEach(function (e) { e.hidden = false; });

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
    var at = event.target;
    if (!off || off.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (at.matches('textarea, select, input:not([type=checkbox])') || at.isContentEditable) return;
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
