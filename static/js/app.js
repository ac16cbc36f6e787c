// Our one script: dialogs, toasts, copying. Everything it does also works without it, by plain forms and links.
(() => {
  'use strict';
  const slot = () => document.getElementById('dialog');
  const toasts = () => document.getElementById('toasts');
  let opener = null;

  function showDialogs() {
    const dialog = slot()?.querySelector('dialog[data-dialog]:not([open])');
    if (!dialog) return;
    if (!opener?.isConnected) opener = document.activeElement;
    dialog.showModal();
    dialog.querySelector('[autofocus], [aria-invalid=true]')?.focus();
  }

  // Whoever opened the dialog gets the focus back, or whoever stands in its place.
  function closeDialog() {
    const dialog = slot()?.querySelector('dialog');
    if (!dialog) return;
    dialog.close();
    slot().replaceChildren();
    const next = opener?.isConnected ? opener : document.getElementById(opener?.id);
    next?.focus();
    opener = null;
  }

  // A dialog covers the page, so messages are lifted above whatever was opened last.
  function lift() {
    toasts().popover = 'manual';
    toasts().hidePopover();
    if (toasts().childElementCount) toasts().showPopover();
  }

  function vanish(toast) {
    lift();
    setTimeout(function wait() {
      if (toast.matches(':hover, :focus-within')) setTimeout(wait, 2000);
      else toast.remove();
      if (!toasts().childElementCount) toasts().hidePopover();
    }, 8000);
  }

  function tell(text) {
    const line = document.createElement('div');
    line.className = 'toast-line';
    line.textContent = text;
    toasts().append(line);
    vanish(line);
  }

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent);
    } catch {
      field.select?.();
      document.execCommand('copy');
    }
    const word = button.querySelector('[data-word]') ?? button;
    const before = word.textContent;
    word.textContent = toasts().dataset.copied;
    button.setAttribute('aria-live', 'polite');
    setTimeout(() => { word.textContent = before; }, 2500);
  }

  document.addEventListener('click', event => {
    const at = selector => event.target.closest?.(selector);
    if (at('dialog [data-close]')) { event.preventDefault(); closeDialog(); }
    else if (at('[data-dismiss]')) at('[data-toast]').remove();
    else if (at('[data-copy]')) copy(at('[data-copy]'));
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', event => {
    const menu = event.key === 'Escape' && document.querySelector('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  });
  document.addEventListener('cancel', event => {
    if (event.target.closest?.('#dialog')) { event.preventDefault(); closeDialog(); }
  }, true);
  document.addEventListener('close-dialog', closeDialog);
  document.addEventListener('htmx:after:swap', showDialogs);
  document.addEventListener('htmx:after:settle', () => document.querySelectorAll('[data-toast]:not([data-seen])').forEach(toast => {
    toast.dataset.seen = '';
    vanish(toast);
  }));
  document.addEventListener('htmx:response:error', event => {
    if (!event.detail.ctx.text.includes('<hx-partial') && event.detail.ctx.response.status >= 500) tell(toasts().dataset.lost);
  });
  document.addEventListener('htmx:error', event => {
    if (event.detail.ctx) tell(toasts().dataset.lost);
  });
  document.querySelectorAll('[data-toast]').forEach(vanish);
})();
