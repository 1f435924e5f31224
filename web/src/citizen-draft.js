// The draft on the phone: answers and shrunk photos in IndexedDB, gone after some days or by a button.
const DAY = 86400000;

const open = () => new Promise((done, fail) => {
  const request = indexedDB.open('luzhi-drafts', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('drafts');
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function work(mode, what) {
  const db = await open();
  try {
    return await new Promise((done, fail) => {
      const transaction = db.transaction('drafts', mode);
      const request = what(transaction.objectStore('drafts'));
      transaction.oncomplete = () => done(request && request.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    db.close();
  }
}

// randomUUID needs https and a recent browser.
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const blank = () => ({ key: newKey(), values: {}, photos: [], queued: false, at: Date.now() });

// A private window may refuse to keep anything: then the form simply has no memory.
const softly = (promise, otherwise) => promise.catch(() => otherwise);

export async function load(name, days) {
  const kept = await softly(work('readonly', (store) => store.get(name)));
  if (kept && Date.now() - kept.at < days * DAY) return kept;
  if (kept) await remove(name);
  return null;
}

export const save = (name, draft) => softly(work('readwrite', (store) => store.put({ ...draft, at: Date.now() }, name)).then(() => true), false);
export const remove = (name) => softly(work('readwrite', (store) => store.delete(name)));

export async function sweep(days) {
  const limit = Date.now() - days * DAY;
  await softly(work('readwrite', (store) => {
    store.openCursor().onsuccess = (event) => {
      const cursor = event.target.result;
      if (!cursor) return;
      if (cursor.value.at < limit) cursor.delete();
      cursor.continue();
    };
  }));
}
