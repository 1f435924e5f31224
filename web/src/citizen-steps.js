// One plain form shown one step at a time, the last with everything read back.
const label = (control) => (control.closest('fieldset') ? control.closest('fieldset').querySelector('legend') : form(control).querySelector(`label[for="${control.id}"]`));
const form = (control) => control.form;
const plain = (node) => (node ? [...node.childNodes].filter((n) => !(n.classList && n.classList.contains('field-optional'))).map((n) => n.textContent).join('').trim() : '');

function said(control) {
  if (/^(radio|checkbox)$/.test(control.type)) return control.checked ? plain(control.closest('label')) : '';
  if (control.tagName === 'SELECT') return control.value ? control.selectedOptions[0].textContent.trim() : '';
  return control.type === 'file' || control.type === 'hidden' ? '' : control.value.trim();
}

function review(target, steps, photos, words, go) {
  target.textContent = '';
  steps.forEach((step, at) => {
    const lines = new Map();
    for (const control of step.querySelectorAll('input, textarea, select')) {
      const text = said(control);
      const name = plain(label(control));
      if (text && name) lines.set(name, lines.has(name) ? `${lines.get(name)}、${text}` : text);
    }
    if (step.querySelector('[data-photos]') && photos.length) lines.set(words.photos, words.many.replace('{n}', photos.length));
    if (!lines.size || at === steps.length - 1) return;
    const list = document.createElement('dl');
    list.className = 'facts';
    for (const [name, text] of lines) {
      const line = document.createElement('div');
      line.append(Object.assign(document.createElement('dt'), { textContent: name }), Object.assign(document.createElement('dd'), { textContent: text }));
      list.append(line);
    }
    const change = Object.assign(document.createElement('button'), { type: 'button', className: 'link-button', textContent: `${words.change}：${step.dataset.title}` });
    change.addEventListener('click', () => go(at));
    target.append(list, change);
  });
}

export function startSteps(form, words, photos) {
  const steps = [...form.querySelectorAll('[data-step]')];
  const dots = [...document.querySelectorAll('.stepper li')];
  const target = form.querySelector('[data-review]');
  let current = 0;

  function show(at, focus = true) {
    current = at;
    steps.forEach((step, n) => { step.hidden = n !== at; });
    dots.forEach((dot, n) => {
      dot.className = n < at ? 'is-done' : n === at ? 'is-current' : '';
      if (n === at) dot.setAttribute('aria-current', 'step'); else dot.removeAttribute('aria-current');
    });
    if (target && at === steps.length - 1) review(target, steps, photos(), words, show);
    if (!focus) return;
    const head = steps[at].querySelector('h2');
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  // The first control of a step that does not fit, told in the browser's own bubble.
  function isSound(at) {
    const bad = [...steps[at].querySelectorAll('input, textarea, select')].find((control) => !control.checkValidity());
    if (!bad) return true;
    if (current !== at) show(at);
    bad.reportValidity();
    return false;
  }

  form.noValidate = true;
  form.classList.add('is-stepped');
  for (const button of form.querySelectorAll('[data-next]')) button.addEventListener('click', () => isSound(current) && show(current + 1));
  for (const button of form.querySelectorAll('[data-back]')) button.addEventListener('click', () => show(current - 1));
  const marked = steps.findIndex((step) => step.querySelector('.has-error'));
  show(Math.max(0, marked), false);
  return { areSound: () => steps.every((_, at) => isSound(at)) };
}
