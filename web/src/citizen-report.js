// The report: steps, draft, photos, and a sending that tells "no network" from "refused".
import { blank, load, remove, save, sweep } from './citizen-draft.js';
import { shrink, showPhotos } from './citizen-photos.js';
import { startSteps } from './citizen-steps.js';

const PATIENCE = 180000;   // three photos at 400 kbit/s take a minute
const UNKEPT = /^(csrf_token|key)$/;

function fill(form, values) {
  for (const control of form.elements) {
    if (!control.name || UNKEPT.test(control.name) || control.type === 'file' || !(control.name in values)) continue;
    const kept = values[control.name];
    if (/^(radio|checkbox)$/.test(control.type)) control.checked = kept.includes(control.value);
    else if (control.type !== 'hidden') control.value = kept[0];
  }
}

function read(form) {
  const values = {};
  for (const control of form.elements) {
    if (!control.name || UNKEPT.test(control.name) || /^(file|hidden|submit)$/.test(control.type)) continue;
    if (/^(radio|checkbox)$/.test(control.type) && !control.checked) continue;
    (values[control.name] = values[control.name] || []).push(control.value);
  }
  return values;
}

function watchDanger(form) {
  const shown = document.querySelector('[data-danger]');
  const words = JSON.parse(form.dataset.emergency || '[]');
  const look = () => {
    const text = [...form.querySelectorAll('textarea, input[type=text]')].map((e) => e.value).join(' ');
    const found = words.some((word) => text.includes(word));
    if (shown && shown.hidden === found) shown.hidden = !found;
  };
  form.addEventListener('input', look);
  look();
}

async function freshToken(form) {
  const answer = await fetch(location.pathname, { credentials: 'same-origin' });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const field = page.querySelector('input[name=csrf_token]');
  if (field) form.elements.csrf_token.value = field.value;
  return Boolean(field);
}

function body(form, draft) {
  const data = new FormData(form);
  const input = form.querySelector('input[type=file]');
  data.set('key', draft.key);
  if (input) {
    data.delete(input.name);
    draft.photos.forEach((photo) => data.append(input.name, photo, photo.name || 'photo.jpg'));
  }
  return data;
}

// Resolves to the answer; rejects only when nothing was answered.
async function post(form, draft) {
  const stop = window.AbortController ? new AbortController() : null;
  const timer = setTimeout(() => stop && stop.abort(), PATIENCE);
  const send = () => fetch(form.action, {
    method: 'POST', body: body(form, draft), credentials: 'same-origin', headers: { Accept: 'text/html' }, signal: stop ? stop.signal : undefined
  });
  try {
    const answer = await send();
    // A page kept offline may carry an old token: fetch a new one and try once more, with the same key.
    return answer.status === 403 && (await freshToken(form)) ? await send() : answer;
  } finally {
    clearTimeout(timer);
  }
}

async function showRefusal(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const main = page.querySelector('#main');
  if (!main) return;
  document.querySelector('#main').replaceWith(document.importNode(main, true));
  window.scrollTo(0, 0);
  const summary = document.querySelector('[data-summary]');
  if (summary) summary.focus();
  const form = document.querySelector('form[data-report]');
  if (form) await startReport(form);
}

export async function startReport(form) {
  const words = JSON.parse(form.dataset.words);
  const days = Number(form.dataset.days || 3);
  const name = form.dataset.draft;
  const most = Number(form.dataset.most || 3);
  const state = form.querySelector('[data-state]');
  const list = form.querySelector('[data-photos]');
  const input = form.querySelector('input[type=file]');
  const say = (text) => { state.textContent = text; };
  await sweep(days);
  const kept = await load(name, days);
  let draft = kept || blank();
  if (kept) fill(form, kept.values);
  form.elements.key.value = draft.key;

  const steps = startSteps(form, words, () => draft.photos);
  const keep = () => { draft.values = read(form); return save(name, draft); };
  const show = () => list && showPhotos(list, draft.photos, words, (at) => { draft.photos.splice(at, 1); keep(); show(); });
  const forget = form.querySelector('[data-forget]');
  const offerForget = () => { if (forget) forget.hidden = false; };

  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    say(words.sending);
    try {
      const answer = await post(form, draft);
      if (answer.ok) {
        await remove(name);
        say(words.sent);
        location.replace(answer.url);
        return;
      }
      draft.queued = false;
      await keep();
      say(words.refused);
      await showRefusal(answer);
    } catch (error) {
      draft.queued = true;
      say((await keep()) ? words.offline : words.offline_unkept);
      offerForget();
    } finally {
      sending = false;
    }
  }

  form.addEventListener('input', (event) => { if (event.target !== input) keep().then((kept) => kept && offerForget()); });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (steps.areSound()) send();
  });
  window.addEventListener('online', () => { if (draft.queued && document.contains(form)) send(); });
  if (input) {
    input.addEventListener('change', async () => {
      const chosen = [...input.files];
      say(words.shrinking);
      const room = Math.max(0, most - draft.photos.length);
      draft.photos.push(...(await Promise.all(chosen.slice(0, room).map(shrink))));
      input.value = '';
      await keep();
      show();
      offerForget();
      say((chosen.length > room ? words.too_many : words.photos_ready).replace('{n}', draft.photos.length).replace('{most}', most));
    });
  }
  if (forget) {
    forget.addEventListener('click', async () => {
      await remove(name);
      draft = blank();
      form.reset();
      location.reload();
    });
  }
  watchDanger(form);
  show();
  if (kept) {
    offerForget();
    say(words.restored);
    if (kept.queued && navigator.onLine) send();
  }
  if ('serviceWorker' in navigator) {
    // Plain http and some web views refuse it: then the draft lives as long as the page.
    try { await navigator.serviceWorker.register('/sw.js'); await navigator.serviceWorker.ready; } catch (error) { /* goes without */ }
  }
}
