// Forms work without this. Here fields appear with the answers they depend on, letters are counted,
// chosen files are named, and a form is not sent twice by a double click.
function answers(form, key) {
  return [...form.elements].filter((e) => e.name === key && (!/^(radio|checkbox)$/.test(e.type) || e.checked)).map((e) => e.value);
}

// A condition is ["=", key, value], ["!=", key, value], ["in", key, [values]], ["and" | "or", ...conditions].
export function holds(condition, read) {
  const [sign, first, second] = condition;
  if (sign === 'and') return condition.slice(1).every((part) => holds(part, read));
  if (sign === 'or') return condition.slice(1).some((part) => holds(part, read));
  const given = read(first);
  if (sign === 'in') return given.some((value) => second.includes(value));
  const same = given.includes(String(second));
  return sign === '=' ? same : !same;
}

function follow(form) {
  const parts = [...form.querySelectorAll('[data-shown-when]')];
  const must = [...form.querySelectorAll('[data-required-when]')];
  const read = (key) => answers(form, key);
  const apply = () => {
    for (const part of parts) part.hidden = !holds(JSON.parse(part.dataset.shownWhen), read);
    for (const part of must) {
      const mark = part.querySelector('.field-optional');
      if (mark) mark.hidden = holds(JSON.parse(part.dataset.requiredWhen), read);
    }
  };
  if (parts.length || must.length) {
    form.addEventListener('change', apply);
    apply();
  }
}

function count(area) {
  const shown = document.getElementById(area.dataset.counter);
  if (!shown) return;
  const tell = () => { shown.textContent = `${[...area.value].length} / ${area.dataset.most}`; };
  area.addEventListener('input', tell);
  tell();
}

function names(input) {
  const shown = input.closest('.file-pick')?.querySelector('.file-picked');
  if (shown) input.addEventListener('change', () => { shown.textContent = [...input.files].map((f) => f.name).join('、'); });
}

function once(form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent && Date.now() - form.dataset.sent < 5000) event.preventDefault();
    else form.dataset.sent = Date.now();
  });
}

export function watchForms(root) {
  const forms = root.matches?.('form') ? [root] : root.querySelectorAll('form');
  for (const form of forms) {
    if (form.dataset.watched) continue;
    form.dataset.watched = '1';
    follow(form);
    if (form.method === 'post') once(form);
    form.querySelectorAll('[data-counter]').forEach(count);
    form.querySelectorAll('.file-pick input[type=file]').forEach(names);
  }
}
