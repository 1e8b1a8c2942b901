'use strict';
// Keeps a page as new as what it shows: a response under way, calls without an answer. What is open stays open, and the page stays where it
// was scrolled to. A page on which somebody writes is left alone: it says that there is more.
(function () {
  const main = document.getElementById('main');
  let at = document.getElementById('follow');
  if (!at || !at.dataset.watch || !window.fetch) return;
  let typed = !!main.querySelector('[role=alert]'), bar = null, busy = false;
  main.addEventListener('input', () => { typed = true; });
  const writing = () => typed || !!main.querySelector('details.act[open]');

  async function look() {
    if (document.hidden || busy) return;
    busy = true;
    try {
      const answer = await fetch(at.dataset.url + '.json', { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (!answer.ok) { say('不能取得最新情况，请刷新本页。'); return; }
      const now = await answer.json();
      if (String(now.revision) === at.dataset.revision) {
        if (bar) { bar.remove(); bar = null; }
      } else if (writing()) say('情况有更新。您正在填写，本页不自动刷新。');
      else await renew();
    } catch (e) {
      say('网络中断，本页不是最新情况。');
    } finally { busy = false; }
  }
  async function renew() {
    const answer = await fetch(at.dataset.url, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    if (!answer.ok || answer.redirected) { location.replace(at.dataset.url); return; } // logged out
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main');
    if (writing()) { say('情况有更新。您正在填写，本页不自动刷新。'); return; }
    const open = [...main.querySelectorAll('details[id]')].map(d => [d.id, d.open]);
    const x = window.scrollX, y = window.scrollY;
    main.replaceChildren(...fresh.childNodes);
    for (const [id, was] of open) {
      const d = document.getElementById(id);
      if (d) d.open = was;
    }
    window.scrollTo(x, y);
    at = document.getElementById('follow');
    bar = null;
  }
  function say(words) {
    if (!bar) {
      bar = document.createElement('div');
      bar.className = 'livebar noprint';
      bar.setAttribute('role', 'status');
      main.prepend(bar);
    }
    const link = document.createElement('a');
    link.href = at.dataset.url;
    link.target = '_blank';
    link.textContent = '在新窗口看最新情况';
    bar.replaceChildren(words, link);
  }
  setInterval(() => { if (at.dataset.watch) look(); }, (at.dataset.every || 15) * 1000);
  document.addEventListener('visibilitychange', look);
})();
