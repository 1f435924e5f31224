// The keyboard path: j and k walk the rows, Enter opens, letters press the element that names them in data-key.
const OFF = 'keys-off';
const rows = () => [...document.querySelectorAll('[data-row]')];
const here = () => document.querySelector('[data-row].is-here');
const typing = (element) => element.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog, [data-bpmn]');

function stored() {
  try { return localStorage.getItem(OFF) === '1'; } catch { return false; }
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
  here()?.classList.remove('is-here');
  next.classList.add('is-here');
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function press(selector, scope = document) {
  const target = scope?.querySelector(selector);
  if (!target) return false;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) target.focus(); else target.click();
  return true;
}

const help = () => document.querySelector('#help')?.showModal();
const moves = {
  j: () => walk(1),
  k: () => walk(-1),
  c: () => press('[data-claim]', here()) || press('[data-key="c"]'),
  Enter: () => document.activeElement === here() && press('[data-open]', here()),
  '/': () => press('input[type=search]'),
  g: () => press('.bar-nav a[href="/desk"]'),
  '?': () => { help(); return true; }
};

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
    const form = event.target.closest('form') || document.querySelector('main form[data-send], main form[data-main]');
    if (form) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || stored()) return;
  const moved = moves[event.key] ? moves[event.key]() : press(`[data-key="${CSS.escape(event.key)}"]`);
  if (moved !== false) event.preventDefault();
}

export function watchKeys() {
  document.addEventListener('keydown', (event) => {
    if (moves[event.key] || event.key.length === 1 || event.key === 'Enter') onKey(event);
  });
  document.querySelector('[data-help]')?.addEventListener('click', help);
  const off = document.querySelector('[data-keys-off]');
  if (!off) return;
  off.checked = stored();
  off.addEventListener('change', () => {
    try { localStorage.setItem(OFF, off.checked ? '1' : '0'); } catch { /* private mode keeps nothing */ }
  });
}
