'use strict';
// The report from a telephone, of a duty, a case or an inspection. What is typed and photographed is kept in the browser at every change and goes away only
// when the server has answered. A report has one token for its whole life, so that it is never recorded twice, however
// often it is sent. Without this script the page is a plain form.
(function () {
  const account = document.body.dataset.account || '';
  const form = document.getElementById('report');
  if (!window.indexedDB || !window.fetch || !account) return;

  // The browser's own small database: drafts by account and duty, photographs by draft.
  let opened = null;
  function database() {
    opened = opened || new Promise((done, fail) => {
      const ask = indexedDB.open('zhixing', 1);
      ask.onupgradeneeded = () => {
        ask.result.createObjectStore('drafts', { keyPath: 'key' });
        ask.result.createObjectStore('photos', { keyPath: 'id', autoIncrement: true }).createIndex('draft', 'draft');
      };
      ask.onsuccess = () => done(ask.result);
      ask.onerror = () => fail(ask.error);
    });
    return opened;
  }
  async function run(stores, mode, what) {
    const base = await database();
    return new Promise((done, fail) => {
      const tx = base.transaction(stores, mode);
      const ask = what(tx);
      tx.oncomplete = () => done(ask && ask.result);
      tx.onerror = tx.onabort = () => fail(tx.error);
    });
  }
  const load = key => run(['drafts'], 'readonly', tx => tx.objectStore('drafts').get(key));
  const save = draft => run(['drafts'], 'readwrite', tx => tx.objectStore('drafts').put(draft));
  const all = () => run(['drafts'], 'readonly', tx => tx.objectStore('drafts').getAll());
  const photosOf = key => run(['photos'], 'readonly', tx => tx.objectStore('photos').index('draft').getAll(key));
  const addPhoto = p => run(['photos'], 'readwrite', tx => tx.objectStore('photos').add(p));
  const dropPhoto = id => run(['photos'], 'readwrite', tx => tx.objectStore('photos').delete(id));
  // What is typed is kept at once, too: the database answers later, and the page may be gone by then.
  const jot = (key, fields) => { try { localStorage.setItem('zhixing ' + key, JSON.stringify({ fields, saved: Date.now() })); } catch (e) { /* full, or forbidden */ } };
  const jotted = key => { try { return JSON.parse(localStorage.getItem('zhixing ' + key)); } catch (e) { return null; } };
  const drop = key => { try { localStorage.removeItem('zhixing ' + key); } catch (e) { /* forbidden */ } return dropBoth(key); };
  const dropBoth = key => run(['drafts', 'photos'], 'readwrite', tx => {
    tx.objectStore('drafts').delete(key);
    const walk = tx.objectStore('photos').index('draft').openKeyCursor(IDBKeyRange.only(key));
    walk.onsuccess = () => { if (walk.result) { tx.objectStore('photos').delete(walk.result.primaryKey); walk.result.continue(); } };
  });

  function token() {
    const b = crypto.getRandomValues(new Uint8Array(18));
    return btoa(String.fromCharCode(...b)).replace(/\+/g, '-').replace(/\//g, '_');
  }

  // Sending. A draft is editing, waiting (to be sent), refused or in need of a log-in.
  const busy = new Set(), tries = new Map(), timers = new Map();
  const listeners = []; // called with a draft, and what became of it
  const tell = (draft, what) => listeners.forEach(f => f(draft, what));

  async function send(key) {
    if (busy.has(key)) return;
    busy.add(key);
    try {
      const draft = await load(key);
      if (!draft || draft.state !== 'waiting') return;
      if (navigator.onLine === false) { tell(draft, 'waiting'); later(key); return; }
      draft.sent = true; // from here on the server may have it
      await save(draft);
      tell(draft, 'sending');
      let answer;
      try {
        answer = await post(draft, await photosOf(key));
      } catch (e) {
        tell(draft, 'waiting');
        later(key);
        return;
      }
      if (answer.ok) {
        await drop(key);
        tries.delete(key);
        tell(draft, 'done');
        return;
      }
      if (answer.type === 'opaqueredirect' || answer.status === 401) {
        draft.state = 'login';
      } else if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
        tell(draft, 'waiting');
        later(key);
        return;
      } else {
        draft.state = 'refused';
        draft.sent = false; // it was not taken, so it may be changed
        draft.why = '没有送出（' + answer.status + '）。';
        try { draft.why = (await answer.json()).detail || draft.why; } catch (e) { /* no words of the server's */ }
      }
      await save(draft);
      tell(draft, draft.state);
    } finally {
      busy.delete(key);
    }
  }

  async function post(draft, photos) {
    const data = new FormData();
    for (const [name, value] of Object.entries(draft.fields)) data.append(name, value);
    data.append('once', draft.once);
    for (const p of photos) data.append('files', p.blob, p.name);
    const stop = new AbortController(), clock = setTimeout(() => stop.abort(), 120000);
    try {
      const answer = await fetch(draft.to || '/ledger/' + draft.duty + '/report', { method: 'POST', body: data, headers: { Accept: 'application/json' }, redirect: 'manual', signal: stop.signal });
      if (answer.ok) await answer.json(); // an answer that was cut off is none
      return answer;
    } finally {
      clearTimeout(clock);
    }
  }

  function later(key) {
    const n = tries.get(key) || 0;
    tries.set(key, n + 1);
    clearTimeout(timers.get(key));
    timers.set(key, setTimeout(() => send(key), Math.min(60000, 2000 * Math.pow(2, n))));
  }

  async function sendAll() {
    for (const d of await mine()) if (d.state === 'waiting') send(d.key);
  }
  async function mine() { return (await all()).filter(d => d.account === account); }
  window.addEventListener('online', () => { tries.clear(); sendAll(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) sendAll(); });

  const says = {
    editing: '还没有提交', waiting: '已存在本机，有信号时自动发送', sending: '正在发送…', login: '登录已过期，重新登录后自动发送', refused: '没有被接受',
  };

  // The list of what has not been sent, on the desk and below the form.
  const box = document.getElementById('drafts');
  async function list() {
    if (!box) return;
    const rows = (await mine()).filter(d => !form || d.key !== account + ' ' + form.dataset.duty);
    const ul = box.querySelector('ul');
    ul.textContent = '';
    for (const d of rows) {
      const li = document.createElement('li'), a = document.createElement('a'), small = document.createElement('small');
      a.href = d.page || '/ledger/' + d.duty + '/report';
      a.textContent = d.title;
      small.textContent = ' ' + says[busy.has(d.key) ? 'sending' : d.state] + (d.state === 'refused' ? '：' + d.why : '');
      li.append(a, small);
      ul.append(li);
    }
    box.hidden = rows.length === 0;
  }
  listeners.push(list);

  if (form) page();
  else restart();

  // restart sends what waits; what needed a log-in is tried again, for the page is one of somebody who is logged in.
  async function restart() {
    for (const d of await mine()) {
      if (d.state === 'login') { d.state = 'waiting'; await save(d); }
    }
    await list();
    sendAll();
  }

  function page() {
    const key = account + ' ' + form.dataset.duty, most = Number(form.dataset.max);
    const said = document.getElementById('said'), pictures = document.getElementById('photos'), steps = document.getElementById('steps');
    const number = document.getElementById('progress'), button = document.getElementById('send');
    const inputs = [document.getElementById('camera'), document.getElementById('album')];
    const kept = [...new Set([...form.elements].filter(e => e.name && e.type !== 'file' && e.type !== 'submit').map(e => e.name))].filter(n => n !== 'once' && n !== 'back');
    let draft = null, working = Promise.resolve(), locked = false, going = false;

    document.body.classList.add('scripted');
    const mark = () => { if (steps) for (const b of steps.children) b.setAttribute('aria-pressed', String(b.value === number.value)); };
    if (steps) {
      steps.hidden = false;
      for (const b of steps.children) b.addEventListener('click', () => { number.value = b.value; mark(); change(); });
      number.addEventListener('input', mark);
    }
    const here = document.getElementById('here');
    if (here && navigator.geolocation && window.isSecureContext) {
      here.hidden = false;
      here.addEventListener('click', () => {
        here.textContent = '正在取得位置…';
        navigator.geolocation.getCurrentPosition(p => {
          form.elements.lon.value = p.coords.longitude.toFixed(6);
          form.elements.lat.value = p.coords.latitude.toFixed(6);
          here.textContent = '已取得现在的位置，可再取一次';
          change();
        }, () => { here.textContent = '没有取得位置，请再试一次'; }, { enableHighAccuracy: true, timeout: 20000 });
      });
    }
    form.addEventListener('input', e => { if (e.target.type !== 'file') change(); });
    for (const i of inputs) i.addEventListener('change', () => { const files = [...i.files]; i.value = ''; queue(() => take(files)); });
    form.addEventListener('submit', e => { e.preventDefault(); if (!going && !locked) { going = true; queue(submit).finally(() => { going = false; }); } });
    // queue does one thing after the other: a photograph that is being made smaller comes before the report is sent.
    function queue(what) {
      working = working.then(what).catch(e => message('本机没有存下：' + e.message, 'red'));
      return working;
    }

    function read() {
      const out = {};
      for (const name of kept) if (form.elements[name]) out[name] = form.elements[name].value;
      return out;
    }
    const fresh = () => ({ key, account, duty: form.dataset.duty, to: form.getAttribute('action'), page: location.pathname, title: form.dataset.title, once: token(), state: 'editing', sent: false });
    async function begin() {
      draft = draft || fresh();
      draft.fields = read();
      draft.saved = Date.now();
      await save(draft);
    }
    function change() {
      if (locked) return;
      if (draft) draft.state = 'editing';
      jot(key, read());
      queue(begin);
    }

    async function take(files) {
      if (locked) return;
      for (const f of files) {
        if ((await photosOf(key)).length >= most) { message('一次最多附 ' + most + ' 个文件。', 'warn'); break; }
        const small = await shrink(f);
        await addPhoto({ draft: key, name: small.name || f.name, blob: small });
      }
      await begin();
      await show();
    }

    async function show() {
      const list = await photosOf(key);
      for (const img of pictures.querySelectorAll('img')) URL.revokeObjectURL(img.src);
      pictures.textContent = '';
      for (const p of list) {
        const li = document.createElement('li'), x = document.createElement('button');
        if (/^image\/(jpeg|png|webp|gif)$/.test(p.blob.type)) {
          const img = document.createElement('img');
          img.src = URL.createObjectURL(p.blob);
          img.alt = p.name;
          li.append(img);
        } else {
          const span = document.createElement('span');
          span.textContent = p.name;
          li.append(span);
        }
        x.type = 'button';
        x.textContent = '×';
        x.setAttribute('aria-label', '去掉 ' + p.name);
        x.disabled = locked;
        x.addEventListener('click', () => queue(async () => { await dropPhoto(p.id); await begin(); await show(); }));
        li.append(x);
        pictures.append(li);
      }
    }

    async function submit() {
      const photos = await photosOf(key);
      if (form.elements.text && !form.elements.text.value.trim() && photos.length === 0) {
        message('请拍一张照片，或写一句话。', 'warn');
        form.elements.text.focus();
        return;
      }
      if (form.dataset.photo && photos.length === 0) {
        message('请拍一张照片。', 'warn');
        return;
      }
      await begin();
      draft.state = 'waiting';
      await save(draft);
      lock(true);
      send(key);
    }

    function lock(yes) {
      locked = yes;
      for (const e of form.elements) e.disabled = yes;
      for (const l of form.querySelectorAll('label.big')) l.classList.toggle('off', yes);
      for (const b of said.querySelectorAll('button')) b.disabled = false;
    }

    function message(text, kind, ...acts) {
      said.hidden = false;
      said.className = 'note ' + kind;
      said.textContent = '';
      const p = document.createElement('p');
      p.textContent = text;
      said.append(p);
      if (acts.length === 0) return;
      const row = document.createElement('div');
      row.className = 'row';
      row.append(...acts);
      said.append(row);
    }
    function act(text, what) {
      const b = document.createElement('button');
      b.type = 'button';
      b.className = 'btn plain';
      b.textContent = text;
      b.addEventListener('click', what);
      return b;
    }
    // discard asks twice on the same button.
    function discard() {
      let sure = false;
      const b = act('放弃', () => {
        if (!sure) { sure = true; b.textContent = '确定放弃？再按一次'; return; }
        queue(async () => { await drop(key); location.replace(location.pathname); });
      });
      return b;
    }

    listeners.push((d, what) => {
      if (d.key !== key) return;
      draft = what === 'done' ? null : d;
      if (what === 'done') {
        message('已提交。', 'ok');
        location.assign(form.dataset.done || '/work?done=report');
      } else if (what === 'sending') {
        message('正在发送…', 'warn');
      } else if (what === 'waiting') {
        const again = act('现在发送', () => { tries.delete(key); send(key); });
        const edit = act('继续修改', () => queue(async () => {
          const now = await load(key);
          if (!now || now.sent || busy.has(key)) return;
          draft = now;
          draft.state = 'editing';
          await save(draft);
          lock(false);
          said.hidden = true;
          await show();
        }));
        message('已存在本机，有信号时自动发送。关闭网页也不会丢；再打开本页或“待办”时继续发送。', 'warn', again, ...(d.sent ? [] : [edit]), discard());
      } else if (what === 'login') {
        const a = document.createElement('a');
        a.className = 'btn';
        a.href = '/login?to=' + encodeURIComponent(location.pathname);
        a.textContent = '重新登录';
        lock(true);
        message('登录已过期。填写的内容已存在本机，重新登录后自动发送。', 'red', a);
      } else if (what === 'refused') {
        lock(false);
        message(d.why, 'red', discard());
        show();
      }
    });

    // What an earlier visit left.
    queue(async () => {
      draft = await load(key) || null;
      const typed = jotted(key);
      if (typed && (!draft || (draft.state === 'editing' || draft.state === 'refused') && typed.saved > draft.saved)) {
        draft = draft || fresh();
        draft.fields = typed.fields;
      }
      mark();
      if (draft) {
        for (const [name, value] of Object.entries(draft.fields)) if (form.elements[name]) form.elements[name].value = value;
        mark();
        if (draft.state === 'waiting' || draft.state === 'login') lock(true);
        else message(draft.state === 'refused' ? draft.why : '这是本机上次存下、还没有提交的内容。', draft.state === 'refused' ? 'red' : 'warn', discard());
        await show();
      }
      await restart();
    });

    keepPage();
  }

  // shrink makes a photograph as large as a screen needs it; what the browser cannot read is sent as it is.
  async function shrink(file) {
    const longest = 1600, small = 600 * 1024;
    if (!/^image\/(jpeg|png|webp|bmp)$/.test(file.type)) return file;
    const img = new Image(), at = URL.createObjectURL(file);
    try {
      img.src = at;
      await img.decode();
      const scale = Math.min(1, longest / Math.max(img.naturalWidth, img.naturalHeight));
      if (scale === 1 && file.size <= small) return file;
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(img.naturalWidth * scale);
      canvas.height = Math.round(img.naturalHeight * scale);
      canvas.getContext('2d').drawImage(img, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.82));
      if (!blob || blob.size >= file.size && scale === 1) return file;
      return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
    } catch (e) {
      return file;
    } finally {
      URL.revokeObjectURL(at);
    }
  }

  // keepPage lets this page open without a signal. The worker does so from the second visit on; the first is kept here.
  async function keepPage() {
    if (!('serviceWorker' in navigator) || !window.caches) return;
    try {
      const first = !navigator.serviceWorker.controller;
      await navigator.serviceWorker.register('/sw.js');
      if (!first || navigator.onLine === false) return;
      const parts = [...document.querySelectorAll('link[rel=stylesheet], link[rel=icon], script[src]')].map(e => e.href || e.src);
      await (await caches.open('zhixing-files')).addAll(parts);
      await (await caches.open('zhixing-pages')).add(location.pathname);
    } catch (e) { /* the page works all the same while there is a line */ }
  }
})();
