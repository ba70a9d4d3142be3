// Passkeys (WebAuthn): asks the device, puts its answer into the form and sends
// it. Where this does not run, people use their password and a code.
(function () {
  'use strict';
  if (!window.PublicKeyCredential || !window.fetch) return;

  function bytes(text) {
    return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), function (c) { return c.charCodeAt(0); });
  }
  function text(buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  // What the portal asks, with bytes where the browser wants bytes.
  function asked(options) {
    var key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    (key.excludeCredentials || []).forEach(function (c) { c.id = bytes(c.id); });
    return { publicKey: key };
  }
  // What the device answers, as text.
  function answer(credential) {
    var said = {};
    ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (name) {
      if (credential.response[name]) said[name] = text(credential.response[name]);
    });
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said, clientExtensionResults: {} });
  }

  document.querySelectorAll('form[data-passkey]').forEach(function (form) {
    form.hidden = false;
    var fault = form.querySelector('.fault[role=alert]');
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      fault.hidden = true;
      var options = form.dataset.options ? Promise.resolve(JSON.parse(form.dataset.options)) :
        fetch(form.action, { method: 'POST', body: new URLSearchParams({ do: 'begin' }) }).then(function (r) { return r.json(); });
      options.then(function (o) { return navigator.credentials[form.dataset.passkey](asked(o)); }).then(function (credential) {
        form.elements.response.value = answer(credential);
        form.submit();
      }).catch(function () { fault.hidden = false; });
    });
  });
})();
