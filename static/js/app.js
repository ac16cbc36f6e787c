// Our one script: dialogs, toasts, copying, where the focus goes. Everything also works without it, by plain forms and links.
(() => {
  'use strict';
  const slot = () => document.getElementById('dialog');
  const toasts = () => document.getElementById('toasts');
  const controls = row => [...row.querySelectorAll('a.btn, button')];
  let opener = null;  // who opened the dialog
  let origin = null;  // what was pressed last in the window: a row's neighbour, in case the row goes away

  function showDialogs() {
    const dialog = slot()?.querySelector('dialog[data-dialog]:not([open])');
    if (!dialog) return;
    if (!opener?.isConnected) opener = document.activeElement;
    document.querySelectorAll('[data-toast][data-seen]').forEach(toast => toast.remove());
    dialog.showModal();
    (dialog.querySelector('[autofocus], [aria-invalid=true]') ?? dialog.querySelector('.dialog-title')).focus();
  }

  // Whoever opened the dialog gets the focus back, or whoever stands in its place.
  function closeDialog() {
    const dialog = slot()?.querySelector('dialog');
    if (!dialog) return;
    bringHome();
    dialog.close();
    slot().replaceChildren();
    const next = opener?.isConnected ? opener : document.getElementById(opener?.id);
    next?.focus();
    opener = null;
    refocus();
    lift();
  }

  // A press in the window may move its row away: then the row below is next, at the same button.
  function remember(pressed) {
    const row = pressed.closest('.row-pair');
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    origin = { row: row?.id, list: row?.parentElement.id, next: next?.id, at: row ? controls(row).indexOf(pressed) : 0 };
  }

  function refocus() {
    if (!origin || document.querySelector('dialog:modal') || ![document.body, null].includes(document.activeElement)) return;
    const same = document.getElementById(origin.row);
    const row = same?.parentElement.id === origin.list ? same : document.getElementById(origin.next);
    const found = row && (controls(row)[origin.at] ?? controls(row)[0]);
    (found ?? document.querySelector('.window-body'))?.focus();
    origin = null;
  }

  // What lies outside an open dialog can neither be pressed nor read aloud, so messages go into it, above everything.
  function lift() {
    const home = document.querySelector('dialog:modal') ?? document.body;
    if (toasts().parentElement !== home) home.append(toasts());
    toasts().popover = 'manual';
    toasts().hidePopover();
    if (toasts().childElementCount) toasts().showPopover();
  }

  const bringHome = () => toasts().parentElement === document.body || document.body.append(toasts());

  function vanish(toast) {
    toast.dataset.seen = '';
    lift();
    setTimeout(function wait() {
      if (toast.matches(':hover, :focus-within')) setTimeout(wait, 2000);
      else toast.remove();
      if (!toasts().childElementCount) toasts().hidePopover();
    }, 8000);
  }

  // The newest word counts: what was said before makes room.
  function announce(fresh) {
    if (fresh.length) document.querySelectorAll('[data-toast][data-seen]').forEach(toast => toast.remove());
    fresh.forEach(vanish);
  }

  function tell(text) {
    const line = Object.assign(document.createElement('div'), { className: 'toast-line', textContent: text });
    line.dataset.toast = '';
    toasts().append(line);
    announce([line]);
  }

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    try { await navigator.clipboard.writeText(field.value ?? field.textContent); }
    catch { field.select?.(); document.execCommand('copy'); }
    const word = button.querySelector('[data-word]') ?? button;
    const before = word.textContent;
    word.textContent = toasts().dataset.copied;
    button.setAttribute('aria-live', 'polite');
    setTimeout(() => { word.textContent = before; }, 2500);
  }

  // J and K walk through what waits for an answer; 1, 2 and 3 answer a question, the last of a customer saves them.
  const asking = '#rows .question, #rows .conflict > .bar:not(.question ~ .bar)';
  const questions = () => [...document.querySelectorAll(asking)].filter(one => one.checkVisibility() && !one.closest('[data-sent]'));
  const more = () => document.querySelector('#more-conflict a')?.click();
  const enter = one => ((one?.querySelector('[data-key]:checked') ?? one?.querySelector('[data-key], .btn') ?? document.getElementById('rows')).focus(), one || more());

  function step(by) {
    const all = questions(), next = all[all.indexOf(document.activeElement.closest(asking)) + by];
    if (next) enter(next); else if (by > 0) more();
  }

  function choose(radio) {
    radio.click();
    const form = radio.form, all = questions(), at = all.indexOf(radio.closest(asking)), others = all.filter(one => !form.contains(one));
    const open = [...form.querySelectorAll('.question')].find(one => !one.querySelector('[data-key]:checked'));
    enter(open ?? others.find(one => all.indexOf(one) > at) ?? others.at(-1));
    if (!open) { form.dataset.sent = ''; form.requestSubmit(form.querySelector('.btn-primary')); }
  }

  document.addEventListener('click', event => {
    const at = selector => event.target.closest?.(selector);
    if (at('.window :is(a, button)')) remember(at('a, button'));
    else if (!at('#dialog')) origin = null;
    if (at('dialog [data-close]')) { event.preventDefault(); closeDialog(); }
    else if (at('[data-dismiss]')) at('[data-toast]').remove();
    else if (at('[data-copy]')) copy(at('[data-copy]'));
    else if (at('[data-print]')) window.print();
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', event => {
    const menu = event.key === 'Escape' && document.querySelector('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
    const here = event.target.closest?.('#rows'), typing = event.target.matches?.('input:not([type=radio], [type=checkbox]), select, textarea');
    if (!here || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = document.activeElement.closest(asking)?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (radio) choose(radio);
    else if ('jk'.includes(event.key.toLowerCase())) step(event.key.toLowerCase() === 'j' ? 1 : -1);
  });
  document.addEventListener('cancel', event => event.target.closest?.('#dialog') && (event.preventDefault(), closeDialog()), true);
  document.addEventListener('toggle', ({ target }) => target.matches?.('details.renew[open]') && target.scrollIntoView({ block: 'nearest' }), true);
  document.addEventListener('close-dialog', closeDialog);
  document.addEventListener('htmx:config:request', event => {
    const seen = document.getElementById('watch')?.dataset.seen;
    if (seen) event.detail.ctx.request.headers['X-Window-Seen'] = seen;
  });
  document.addEventListener('htmx:before:swap', bringHome);
  document.addEventListener('htmx:after:swap', showDialogs);
  document.addEventListener('htmx:after:settle', () => {
    announce([...document.querySelectorAll('[data-toast]:not([data-seen])')]);
    if (toasts().childElementCount) lift();
    refocus();
  });
  document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => !ctx.text.includes('<hx-partial') && ctx.response.status >= 500 && tell(toasts().dataset.lost));
  document.addEventListener('htmx:error', ({ detail }) => detail.ctx && tell(toasts().dataset.lost));
  announce([...document.querySelectorAll('[data-toast]')]);
})();
