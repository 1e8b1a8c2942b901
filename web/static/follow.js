'use strict';
// Keeps a page as new as what it shows: a response under way, calls without an answer. A page on which somebody writes is not loaded again:
// it says that there is more.
(function () {
  const at = document.getElementById('follow'), main = document.getElementById('main');
  if (!at || !at.dataset.watch || !window.fetch) return;
  let touched = !!main.querySelector('[role=alert]'), bar = null;
  main.addEventListener('input', () => { touched = true; });
  main.addEventListener('toggle', e => { if (e.target.open) touched = true; }, true);

  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(at.dataset.url + '.json', { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (!answer.ok) { say('不能取得最新情况，请刷新本页。'); return; }
      const now = await answer.json();
      if (String(now.revision) === at.dataset.revision) return;
      if (!touched) { location.replace(at.dataset.url + location.hash); return; }
      say('情况有更新。您正在填写，本页不自动刷新。');
    } catch (e) {
      say('网络中断，本页不是最新情况。');
    }
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
  setInterval(look, (at.dataset.every || 15) * 1000);
  document.addEventListener('visibilitychange', look);
})();
