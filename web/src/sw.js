// Report pages: network first, so nobody sits on an old form. Hashed files: cache first. Case data: never kept.
const CACHE = 'shell-__VERSION__';
const FILES = '__FILES__';
const PAGE = /^\/s\/[^/]+\/?$/;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((keys) => Promise.all(keys.filter((key) => key !== CACHE).map((key) => caches.delete(key))))
    .then(() => self.clients.claim())
    .then(() => self.clients.matchAll({ type: 'window' }))
    // The page that brought the worker was loaded before it: keep it now, or the first visit has nothing offline.
    .then((open) => Promise.all(open.map((page) => keep(new URL(page.url).pathname)))));
});

function keep(path) {
  if (!PAGE.test(path)) return Promise.resolve();
  return fetch(path, { credentials: 'same-origin' })
    .then((answer) => (answer.ok && !answer.redirected ? caches.open(CACHE).then((cache) => cache.put(path, answer)) : null))
    .catch(() => null);
}

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== location.origin) return;
  if (FILES.includes(address.pathname)) {
    event.respondWith(caches.match(address.pathname).then((kept) => kept || fetch(event.request)));
    return;
  }
  if (!PAGE.test(address.pathname)) return;
  event.respondWith(fetch(event.request).then((answer) => {
    if (answer.ok && !answer.redirected) {
      const copy = answer.clone();
      caches.open(CACHE).then((cache) => cache.put(address.pathname, copy));
    }
    return answer;
  }).catch(() => caches.match(address.pathname).then((kept) => kept || Response.error())));
});
