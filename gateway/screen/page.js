'use strict';
// What a public display shows: the gravest warning fills it, several take turns. A line that is cut leaves what is there until it expires. What
// has been on the display is said, which is the receipt.
(function () {
  const main = document.getElementById('show'), line = document.getElementById('line'), clock = document.getElementById('clock');
  const colours = ['plain', 'red', 'orange', 'yellow', 'blue'], turn = 12000, every = 5000;
  let list = [], at = 0, ahead = 0, said = new Set();
  const now = () => Date.now() + ahead;

  async function ask() {
    try {
      const answer = await fetch('now', { cache: 'no-store' });
      if (answer.status === 403) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const got = await answer.json();
      ahead = new Date(got.now) - Date.now();
      const current = list[at] && list[at].id;
      list = got.show;
      at = Math.max(0, list.findIndex(m => m.id === current));
      line.textContent = '';
    } catch (e) {
      line.textContent = '与服务器的连接中断，恢复后自动更新';
    }
    draw();
  }
  function draw() {
    const before = list.length;
    list = list.filter(m => new Date(m.expires) > now());
    if (at >= list.length || before !== list.length) at = 0;
    const m = list[at], key = m ? m.id + ' ' + at + '/' + list.length : '';
    clock.textContent = new Date(now()).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false });
    if (main.dataset.key !== key) {
      main.dataset.key = key;
      document.body.className = m ? colours[m.level] || 'plain' : 'calm';
      main.replaceChildren(...(m ? parts(m) : [element('p', 'none', '现在没有预警。')]));
      fit();
    }
    if (m && !said.has(m.id) && !document.hidden) requestAnimationFrame(() => requestAnimationFrame(() => say(m.id)));
  }
  function parts(m) {
    const out = [];
    if (m.drill) out.push(element('p', 'drill', '演练'));
    if (m.title) out.push(element('h1', '', m.title));
    out.push(element('p', 'text', m.text));
    if (list.length > 1) out.push(element('p', 'turn', (at + 1) + ' / ' + list.length));
    return out;
  }
  function element(name, kind, text) {
    const e = document.createElement(name);
    e.className = kind;
    e.textContent = text;
    return e;
  }
  // fit makes the letters as large as the display allows.
  function fit() {
    let size = 14;
    do {
      main.style.fontSize = size + 'vmin';
      size -= 0.5;
    } while (size > 2 && (main.scrollHeight > main.clientHeight || main.scrollWidth > main.clientWidth));
  }
  async function say(id) {
    if (said.has(id) || document.hidden || !list[at] || list[at].id !== id) return;
    said.add(id);
    try {
      const answer = await fetch('shown', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify([id]) });
      if (!answer.ok) said.delete(id);
    } catch (e) { said.delete(id); } // said again with the next look
  }
  ask();
  setInterval(ask, every);
  setInterval(() => { if (list.length > 1) { at = (at + 1) % list.length; draw(); } }, turn);
  addEventListener('resize', fit);
})();
