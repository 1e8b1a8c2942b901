'use strict';
// The button by which a browser asks for pushed notices.
(function () {
  const box = document.getElementById('push'), state = document.getElementById('push-state');
  const on = document.getElementById('push-on'), off = document.getElementById('push-off');
  if (!box) return;
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) {
    state.textContent = window.isSecureContext ? '本浏览器不支持推送。' : '本站须以 https 打开才能接收推送。';
    return;
  }

  function bytes(text) {
    const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(raw, c => c.charCodeAt(0));
  }
  function word(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  async function post(to, fields) {
    const answer = await fetch(to, { method: 'POST', body: new URLSearchParams(fields), headers: { Accept: 'application/json' }, redirect: 'manual' });
    if (answer.ok) return;
    let why = '没有办成，请重新登录后再试。';
    try { why = (await answer.json()).detail || why; } catch (e) { /* no words of the server's */ }
    throw new Error(why);
  }
  function show(sub) {
    on.hidden = !!sub;
    off.hidden = !sub;
    state.textContent = sub ? '本浏览器正在接收推送。' : Notification.permission === 'denied' ? '浏览器已禁止本站发送通知，请在浏览器的网站设置中允许。' : '本浏览器没有接收推送。';
  }

  async function start() {
    const worker = await navigator.serviceWorker.register('/sw.js');
    show(await worker.pushManager.getSubscription());
    on.addEventListener('click', () => act(async () => {
      const ready = await navigator.serviceWorker.ready;
      const sub = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) });
      try {
        await post('/notices/push', { endpoint: sub.endpoint, p256dh: word(sub.getKey('p256dh')), auth: word(sub.getKey('auth')) });
      } catch (e) {
        await sub.unsubscribe();
        throw e;
      }
      show(sub);
    }));
    off.addEventListener('click', () => act(async () => {
      const sub = await worker.pushManager.getSubscription();
      if (sub) {
        await post('/notices/push/off', { endpoint: sub.endpoint });
        await sub.unsubscribe();
      }
      show(null);
    }));
  }
  async function act(what) {
    on.disabled = off.disabled = true;
    try { await what(); } catch (e) { state.textContent = e.name === 'NotAllowedError' ? '您没有允许本站发送通知。' : e.message; }
    on.disabled = off.disabled = false;
  }
  start().catch(e => { state.textContent = '不能启用推送：' + e.message; });
})();
