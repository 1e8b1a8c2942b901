'use strict';
// The area of a warning while it is drawn: polygons and circles on the map, written as lines into the field of shapes, and beside them how many are
// inside, asked anew after each change. Without this script the button counts, and the field of shapes is typed into.
(function () {
  const box = document.querySelector('[data-area]');
  if (!box || !window.countyMap) return;
  const form = box.closest('form'), field = box.querySelector('[name=shapes]'), panel = box.querySelector('[data-areamap]');
  const told = box.querySelector('[data-areacount]'), EARTH = 6371.0088;
  const words = box.querySelector('[name=words]'), level = form.querySelector('[name=level]'), orders = form.querySelector('[data-oflevel]');
  let shapes = [], corners = [], tool = '', rings = [], waiting = 0, asked = 0, called = '', redraw = () => {};

  // A line of the field: 面 lon lat, lon lat, … or 圆 lon lat km. What is neither stays as it was typed.
  function read() {
    shapes = field.value.split('\n').filter((l) => l.trim()).map((line) => {
      const [kind, ...words] = line.split(/[\s,，;；、]+/).filter(Boolean), v = words.map((w) => Number(w.replace(/公里|千米/, '')));
      if (v.every(Number.isFinite)) {
        if (kind === '圆' && v.length === 3) return { at: [v[0], v[1]], km: v[2] };
        if (kind === '面' && v.length >= 6 && v.length % 2 === 0) return { ring: v.reduce((out, x, i) => { if (i % 2) out[out.length - 1].push(x); else out.push([x]); return out; }, []) };
      }
      return { raw: line };
    });
  }
  function write() {
    field.value = shapes.map((s) => s.raw || (s.ring ? '面 ' + s.ring.map((p) => p.join(' ')).join(', ') : '圆 ' + s.at.join(' ') + ' ' + s.km)).join('\n');
    changed();
  }
  function away(a, b) { // kilometres over the earth's surface
    const rad = Math.PI / 180, up = Math.sin((b[1] - a[1]) * rad / 2), across = Math.sin((b[0] - a[0]) * rad / 2);
    return 2 * EARTH * Math.asin(Math.sqrt(up * up + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * across * across));
  }
  function around(at, km) {
    const up = km / EARTH / Math.PI * 180, across = up / Math.cos(at[1] * Math.PI / 180), out = [];
    for (let i = 0; i < 72; i++) out.push([at[0] + across * Math.cos(i * Math.PI / 36), at[1] + up * Math.sin(i * Math.PI / 36)]);
    return out;
  }
  function close() {
    if (corners.length >= 3) { shapes.push({ ring: corners }); corners = []; write(); buttons(); }
  }

  const pick = {
    says() {
      if (tool === 'polygon') return corners.length < 3 ? '依次点出各个角，至少三个' : '再点第一个角，或者按“闭合”';
      if (tool === 'circle') return corners.length ? '再点圆边上的一点' : '先点圆心';
      return '拖动看图；按“画多边形”“画圆”后在图上点';
    },
    add(at, distance) {
      if (tool === 'polygon') {
        if (corners.length >= 3 && distance(corners[0]) < 12) close(); else corners.push(at);
      } else if (tool === 'circle') {
        corners.push(at);
        if (corners.length === 2) {
          const km = Math.round(away(corners[0], corners[1]) * 100) / 100;
          if (km > 0) shapes.push({ at: corners[0], km });
          corners = [];
          write();
        }
      }
      buttons();
    },
    chosen(place) {
      const ticked = (name, of) => [...box.querySelectorAll('input[name=' + name + ']:checked')].some((t) => of(t.value));
      if (place.state === 'town') return ticked('towns', (v) => v === 'county' || v === place.label);
      return ticked('villages', (v) => v.split('/')[1] === place.label);
    },
    paint(pen, px, py) {
      const outline = (ring, closed) => {
        pen.beginPath();
        ring.forEach((p, i) => { if (i) pen.lineTo(px(p[0]), py(p[1])); else pen.moveTo(px(p[0]), py(p[1])); });
        if (closed) { pen.closePath(); pen.globalAlpha = 0.22; pen.fill(); pen.globalAlpha = 1; }
        pen.stroke();
      };
      pen.strokeStyle = pen.fillStyle = '#b3120b'; pen.lineWidth = 2;
      for (const s of shapes) if (!s.raw) outline(s.ring || around(s.at, s.km), true);
      pen.strokeStyle = pen.fillStyle = '#8a5a00';
      for (const r of rings) outline(r, true);
      pen.strokeStyle = pen.fillStyle = '#b3120b';
      outline(corners, false);
      for (const p of corners) pen.fillRect(px(p[0]) - 4, py(p[1]) - 4, 8, 8);
    },
  };

  function buttons() {
    for (const b of panel.querySelectorAll('[data-tool]')) b.setAttribute('aria-pressed', String(b.dataset.tool === tool));
    panel.querySelector('[data-do=close]').hidden = !(tool === 'polygon' && corners.length >= 3);
    panel.querySelector('[data-do=back]').hidden = !corners.length;
    panel.querySelector('[data-do=drop]').hidden = !shapes.length || corners.length > 0;
    redraw();
  }
  panel.addEventListener('click', (e) => {
    const b = e.target.closest('button');
    if (!b) return;
    if (b.dataset.tool) { tool = tool === b.dataset.tool ? '' : b.dataset.tool; corners = []; }
    else if (b.dataset.do === 'close') { close(); return; }
    else if (b.dataset.do === 'back') corners.pop();
    else if (b.dataset.do === 'drop') { shapes.pop(); write(); }
    else return;
    buttons();
  });

  function changed() {
    redraw();
    clearTimeout(waiting);
    waiting = setTimeout(count, 400);
  }

  async function count() {
    const turn = ++asked, data = new URLSearchParams(new FormData(form));
    if (!['towns', 'villages', 'along', 'named'].some((n) => data.has(n)) && !(data.get('shapes') || '').trim()) {
      rings = []; redraw(); told.textContent = '还没有划定区域。';
      return;
    }
    told.classList.add('busy');
    try {
      const answer = await fetch(box.dataset.area, { method: 'POST', credentials: 'same-origin', headers: { Accept: 'application/json' }, body: data });
      const n = await answer.json();
      if (turn !== asked) return;
      if (!answer.ok) throw new Error(n.detail || '没有算出来，请稍后再试。');
      rings = n.rings.map((flat) => flat.reduce((out, x, i) => { if (i % 2) out[out.length - 1].push(x); else out.push([x]); return out; }, []));
      show(n);
      if (called && words.value === called) words.value = n.words; // a name that somebody typed stays
      called = n.words;
    } catch (e) {
      if (turn !== asked) return;
      rings = [];
      told.textContent = '';
      const note = document.createElement('p');
      note.className = 'error';
      note.textContent = e.message || '没有算出来，请稍后再试。';
      told.append(note);
    }
    told.classList.remove('busy');
    redraw();
  }

  function show(n) {
    const p = document.createElement('p');
    const bold = (text) => { const b = document.createElement('b'); b.textContent = text; return b; };
    p.append(bold(n.words), '　范围内 ', bold(n.inside), ' 个接收对象，将告知 ', bold(n.told), ' 个，其中职务人员 ', bold(n.posts), ' 个');
    told.textContent = '';
    told.append(p);
    if (n.deaf) {
      const lacks = document.createElement('p');
      lacks.className = 'late';
      lacks.textContent = n.deaf;
      told.append(lacks);
    }
    if (!n.towns.length) return;
    const table = document.createElement('table');
    table.className = 'dense count';
    const row = (into, cell, words) => { const tr = into.insertRow(); words.forEach((w, i) => { const c = document.createElement(cell); c.textContent = w; if (i && cell === 'td') c.className = 'num'; tr.append(c); }); };
    row(table.createTHead(), 'th', ['乡镇', '范围内', '将告知', '职务人员']);
    const body = table.createTBody();
    for (const t of n.towns) row(body, 'td', [t.town, t.inside, t.told, t.posts]);
    told.append(table);
  }

  form.addEventListener('input', (e) => {
    if (['towns', 'villages'].includes(e.target.name) && e.target.checked) { // the county is all of them
      const whole = e.target.value === 'county';
      for (const t of box.querySelectorAll('input[name=towns]:checked, input[name=villages]:checked')) if ((t.value === 'county') !== whole) t.checked = false;
    }
    if (e.target === level && orders) {
      orders.hidden = level.value !== orders.dataset.oflevel;
      form.querySelector('[data-otherlevel]').hidden = !orders.hidden;
    }
    if (e.target === field) { read(); corners = []; buttons(); }
    if (box.contains(e.target) && !/^(keepname|words)$/.test(e.target.name) || ['hazard', 'level'].includes(e.target.name)) changed();
  });
  read();
  panel.hidden = false;
  box.querySelector('[data-areabutton]').hidden = true;
  const details = box.closest('details');
  const begin = () => { redraw = window.countyMap(panel.querySelector('.map'), pick); buttons(); count(); };
  if (details && !details.open) details.addEventListener('toggle', begin, { once: true }); else begin(); // a closed one has no size
})();
