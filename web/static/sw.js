'use strict';
// What the browser runs for this site while no page is open: it shows pushed notices, and lets the pages on which people
// report from where the work is open without a signal. Nothing else is kept: other pages of officials are always asked of the server.

const pages = 'zhixing-pages', files = 'zhixing-files';
const patience = 6000; // ms for a weak line, where a copy is at hand
const maxPages = 30, maxFiles = 60;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', e => e.waitUntil(self.clients.claim()));

self.addEventListener('fetch', e => {
  const to = new URL(e.request.url);
  if (to.origin !== location.origin) return;
  if (e.request.method === 'POST' && (to.pathname === '/logout' || to.pathname === '/login')) {
    e.waitUntil(caches.delete(pages)); // another person may come
    return;
  }
  if (e.request.method !== 'GET') return;
  if (to.pathname.startsWith('/static/')) e.respondWith(file(e.request));
  else if (e.request.mode === 'navigate' && /^(\/ledger\/\d+\/report|\/cases\/(new|\d+\/phone\/\w+)|\/inspections\/(\d+|at\/.+)|\/callups\/mine(\/\d+-\d+)?)$/.test(to.pathname)) e.respondWith(page(e.request, to.pathname));
});

// file answers with the copy: the address of a static file holds its checksum.
async function file(request) {
  const cache = await caches.open(files);
  const copy = await cache.match(request);
  if (copy) return copy;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await trim(cache, maxFiles);
  }
  return answer;
}

// page asks the server first and falls back on the copy.
async function page(request, path) {
  const cache = await caches.open(pages);
  const copy = await cache.match(path);
  const asked = fetch(request).then(async answer => {
    if (answer.ok && answer.type === 'basic') {
      await cache.delete(path);
      await cache.put(path, answer.clone());
      await trim(cache, maxPages);
    } else if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
      await caches.delete(pages); // logged out, or no longer his
    }
    return answer;
  });
  if (!copy) return asked;
  const late = new Promise(done => setTimeout(() => done(copy), patience));
  return Promise.race([asked.catch(() => copy), late]);
}

async function trim(cache, most) {
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - most))) await cache.delete(old);
}

self.addEventListener('push', e => {
  let told = {};
  try { told = e.data.json(); } catch (err) { /* shown without words rather than not at all */ }
  e.waitUntil(self.registration.showNotification(told.title || '您有新的通知', { tag: told.tag || '', data: told.path || '/notices', lang: 'zh-CN' }));
});

self.addEventListener('notificationclick', e => {
  e.notification.close();
  const to = new URL(e.notification.data || '/notices', location.origin);
  if (to.origin === location.origin) e.waitUntil(self.clients.openWindow(to.href));
});
