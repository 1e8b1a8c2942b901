'use strict';
// A map on a canvas: outlines of towns and villages, and layers of places over them, each from an address that answers for a
// rectangle and a zoom. Coordinates come in 1e-7 degree; what is drawn is squeezed by the middle latitude. Without this
// script the page says to use the list.
(function () {
  const COLOURS = ['#b3120b', '#015293', '#1c6b3a', '#8a5a00', '#6a3d9a', '#00707a', '#a0306e', '#4d5b00'];
  const UNIT = 1e7;

  for (const box of document.querySelectorAll('.map[data-map]')) if (!box.closest('[data-areamap]')) start(box);
  for (const b of document.querySelectorAll('button[data-pick]')) offer(b);

  // A form's field that is filled in on a map: a press opens one below the field; each press on the map sets the point, or one
  // more corner. What is picked stands in the field as it would be typed.
  function offer(button) {
    const field = document.getElementById(button.dataset.for), kind = button.dataset.pick;
    const made = document.querySelector('[data-pickmap]');
    if (!field || !made) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const open = button.parentNode.querySelector('.map');
      if (open) { open.remove(); return; }
      const root = made.content.firstElementChild.cloneNode(true);
      button.after(root);
      const corners = [];
      const said = field.value.trim().split(/[\s,，]+/).map(Number);
      if (kind === 'point' && said.length === 2 && said.every(Number.isFinite)) corners.push(said);
      const write = () => {
        if (kind === 'point') { field.value = corners.length ? corners[0].join(' ') : ''; return; }
        const enough = corners.length >= (kind === 'line' ? 2 : 3);
        field.value = !enough ? '' : JSON.stringify(kind === 'line' ? { type: 'LineString', coordinates: corners } : { type: 'Polygon', coordinates: [[...corners, corners[0]]] });
      };
      const back = root.querySelector('[data-undo]');
      const redraw = start(root, { kind, corners, add(at) { if (kind === 'point') corners.length = 0; corners.push(at); write(); } });
      back.addEventListener('click', () => { corners.pop(); write(); redraw(); });
    });
  }

  window.countyMap = start; // for scripts that draw on it: see area.js

  // pick is what presses are for, nil on a map that is only looked at: add(at) takes a press, corners or paint(pen, px, py) are what is drawn over all,
  // chosen(place) says of an outline whether it is filled, says is the hint below.
  function start(root, pick) {
    const setup = JSON.parse(root.dataset.map);
    const canvas = root.querySelector('canvas'), pen = canvas.getContext('2d');
    const says = root.querySelector('.mapsays'), card = root.querySelector('.mapcard');
    const [west, south, east, north] = setup.box;
    const squeeze = Math.cos((south + north) / 2 * Math.PI / 180);
    const view = { x: (west + east) / 2, y: (south + north) / 2, scale: 1 }; // scale: pixels a degree of latitude
    const layers = setup.layers.map((l, i) => ({ ...l, colour: COLOURS[i % COLOURS.length], items: [], states: [], asked: 0 }));
    let places = [], width = 0, height = 0, planned = 0, waiting = 0;

    function whole() {
      view.x = (west + east) / 2; view.y = (south + north) / 2;
      view.scale = Math.min(width / ((east - west) * squeeze), height / (north - south)) * 0.94;
    }
    const px = (x) => width / 2 + (x / UNIT - view.x) * squeeze * view.scale;
    const py = (y) => height / 2 - (y / UNIT - view.y) * view.scale;

    function size() {
      const first = !width, ratio = window.devicePixelRatio || 1;
      width = canvas.clientWidth; height = canvas.clientHeight;
      canvas.width = width * ratio; canvas.height = height * ratio;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      if (first) whole();
      moved();
    }

    // What an item is made of: a point, or rings of steps from vertex to vertex, made absolute once.
    function absolute(data) {
      return data.items.map((it) => {
        const [id, label, state, kind, at] = it;
        const item = { id, label, state: data.states[state], kind };
        if (kind === 'p') item.at = at;
        else item.rings = at.map((ring) => {
          const out = new Array(ring.length);
          let x = 0, y = 0;
          for (let i = 0; i < ring.length; i += 2) { x += ring[i]; y += ring[i + 1]; out[i] = x; out[i + 1] = y; }
          return out;
        });
        return item;
      });
    }

    function trace(item) {
      pen.beginPath();
      for (const ring of item.rings) {
        for (let i = 0; i < ring.length; i += 2) {
          if (i) pen.lineTo(px(ring[i]), py(ring[i + 1])); else pen.moveTo(px(ring[i]), py(ring[i + 1]));
        }
        if (item.kind === 's') pen.closePath();
      }
    }

    function draw() {
      planned = 0;
      pen.clearRect(0, 0, width, height);
      pen.fillStyle = '#fbfbf8'; pen.fillRect(0, 0, width, height);
      for (const p of places) {
        trace(p);
        if (pick && pick.chosen && pick.chosen(p)) { pen.fillStyle = '#b3120b'; pen.globalAlpha = 0.22; pen.fill(); pen.globalAlpha = 1; }
        pen.strokeStyle = p.state === 'town' ? '#8b98a7' : '#d3dae2'; pen.lineWidth = p.state === 'town' ? 1.3 : 0.7; pen.stroke();
      }
      for (const l of layers) {
        if (!l.on) continue;
        pen.strokeStyle = pen.fillStyle = l.colour;
        for (const it of l.items) {
          if (it.kind === 'p') {
            const x = px(it.at[0]), y = py(it.at[1]);
            if (x < -8 || y < -8 || x > width + 8 || y > height + 8) continue;
            const r = l.items.length > 3000 ? 1.5 : 4;
            pen.fillRect(x - r, y - r, 2 * r, 2 * r);
            continue;
          }
          trace(it);
          pen.lineWidth = it.kind === 'l' ? 2 : 1;
          if (it.kind === 's') { pen.globalAlpha = 0.25; pen.fill(); pen.globalAlpha = 1; }
          pen.stroke();
        }
      }
      if (pick && pick.paint) pick.paint(pen, (lon) => px(lon * UNIT), (lat) => py(lat * UNIT));
      else if (pick) {
        pen.strokeStyle = pen.fillStyle = '#b3120b'; pen.lineWidth = 2;
        pen.beginPath();
        pick.corners.forEach(([x, y], i) => { if (i) pen.lineTo(px(x * UNIT), py(y * UNIT)); else pen.moveTo(px(x * UNIT), py(y * UNIT)); });
        if (pick.kind === 'polygon') pen.closePath();
        pen.stroke();
        for (const [x, y] of pick.corners) pen.fillRect(px(x * UNIT) - 4, py(y * UNIT) - 4, 8, 8);
      }
      pen.font = '13px sans-serif'; pen.fillStyle = '#56606d'; pen.textAlign = 'center';
      for (const p of places) {
        if (p.state !== 'town' && view.scale < 6000) continue;
        pen.fillText(p.label, px(p.middle[0]), py(p.middle[1]));
      }
    }
    const redraw = () => { planned = planned || requestAnimationFrame(draw); };

    function moved() {
      redraw();
      clearTimeout(waiting);
      waiting = setTimeout(load, 200);
    }

    // Each layer is asked for the rectangle that is seen, a little larger, at the zoom at which a pixel is a pixel.
    async function load() {
      if (pick && pick.says) { says.textContent = pick.says(); return; }
      if (pick) { says.textContent = pick.kind === 'point' ? '点一下地图定位置' : '依次点出各个转折点'; return; }
      const w = width / 2 / view.scale / squeeze * 1.2, h = height / 2 / view.scale * 1.2;
      const clamp = (v, most) => Math.max(-most, Math.min(most, v)).toFixed(6);
      const rect = [clamp(view.x - w, 180), clamp(view.y - h, 90), clamp(view.x + w, 180), clamp(view.y + h, 90)].join(',');
      const zoom = Math.max(0, Math.min(22, Math.round(Math.log2(view.scale * squeeze * 360 / 256))));
      let trouble = '';
      await Promise.all(layers.map(async (l) => {
        if (!l.on) return;
        const turn = ++l.asked;
        try {
          const answer = await fetch(l.url + (l.url.includes('?') ? '&' : '?') + 'box=' + rect + '&zoom=' + zoom, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
          const data = await answer.json();
          if (turn !== l.asked) return;
          if (!answer.ok) throw new Error(data.detail || '读取失败');
          l.items = absolute(data); l.states = data.states;
        } catch (e) {
          trouble = l.title + '：' + (e.message || '读取失败');
        }
      }));
      const n = layers.reduce((sum, l) => sum + (l.on ? l.items.length : 0), 0);
      says.textContent = trouble || '这个范围里有 ' + n + ' 处';
      redraw();
    }

    // What lies under a point: the nearest point within ten pixels, else the first surface or line.
    function under(x, y) {
      let best = null, nearest = 100;
      for (const l of layers) {
        if (!l.on) continue;
        for (const it of l.items) {
          if (it.kind === 'p') {
            const d = (px(it.at[0]) - x) ** 2 + (py(it.at[1]) - y) ** 2;
            if (d < nearest) { nearest = d; best = { l, it }; }
          } else if (!best) {
            trace(it);
            const ratio = window.devicePixelRatio || 1;
            pen.lineWidth = 8;
            if (it.kind === 's' ? pen.isPointInPath(x * ratio, y * ratio) : pen.isPointInStroke(x * ratio, y * ratio)) best = { l, it };
          }
        }
      }
      return best;
    }

    function show(hit, x, y) {
      card.hidden = !hit;
      if (!hit) return;
      card.textContent = '';
      const a = document.createElement('a');
      a.href = hit.l.entry.replace('{id}', encodeURIComponent(hit.it.id));
      a.textContent = hit.it.label;
      const of = document.createElement('small');
      of.textContent = hit.l.title + (hit.it.state ? '，' + hit.it.state : '');
      card.append(a, of);
      card.setAttribute('data-at', '');
      card.style.left = Math.min(x + 8, width - 180) + 'px'; // set through the object model, which the policy allows
      card.style.top = Math.min(y + 8, height - 70) + 'px';
    }

    function zoomAt(x, y, by) {
      const lon = view.x + (x - width / 2) / view.scale / squeeze, lat = view.y - (y - height / 2) / view.scale;
      view.scale = Math.max(2, Math.min(5e6, view.scale * by));
      view.x = lon - (x - width / 2) / view.scale / squeeze; view.y = lat + (y - height / 2) / view.scale;
      card.hidden = true;
      moved();
    }

    const fingers = new Map();
    let travelled = 0, apart = 0;
    canvas.addEventListener('pointerdown', (e) => {
      canvas.setPointerCapture(e.pointerId);
      fingers.set(e.pointerId, [e.offsetX, e.offsetY]); travelled = 0; apart = 0;
    });
    canvas.addEventListener('pointermove', (e) => {
      const was = fingers.get(e.pointerId);
      if (!was) return;
      const now = [e.offsetX, e.offsetY];
      fingers.set(e.pointerId, now);
      if (fingers.size === 1) {
        travelled += Math.abs(now[0] - was[0]) + Math.abs(now[1] - was[1]);
        view.x -= (now[0] - was[0]) / view.scale / squeeze; view.y += (now[1] - was[1]) / view.scale;
        if (travelled > 4) card.hidden = true;
        moved();
        return;
      }
      const [a, b] = [...fingers.values()], d = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (apart) zoomAt((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, d / apart);
      apart = d; travelled = 99;
    });
    const lift = (e) => {
      if (e.type === 'pointerup' && fingers.size === 1 && travelled < 5) {
        if (pick) {
          const lon = view.x + (e.offsetX - width / 2) / view.scale / squeeze, lat = view.y - (e.offsetY - height / 2) / view.scale;
          pick.add([Number(lon.toFixed(6)), Number(lat.toFixed(6))], (p) => Math.hypot(px(p[0] * UNIT) - e.offsetX, py(p[1] * UNIT) - e.offsetY));
          redraw();
        } else show(under(e.offsetX, e.offsetY), e.offsetX, e.offsetY);
      }
      fingers.delete(e.pointerId); apart = 0;
    };
    canvas.addEventListener('pointerup', lift);
    canvas.addEventListener('pointercancel', lift);
    canvas.addEventListener('wheel', (e) => { e.preventDefault(); zoomAt(e.offsetX, e.offsetY, e.deltaY < 0 ? 1.4 : 1 / 1.4); }, { passive: false });
    canvas.addEventListener('keydown', (e) => {
      const step = 60 / view.scale;
      if (e.key === '+' || e.key === '=') zoomAt(width / 2, height / 2, 1.6);
      else if (e.key === '-') zoomAt(width / 2, height / 2, 1 / 1.6);
      else if (e.key === 'ArrowLeft') { view.x -= step / squeeze; moved(); }
      else if (e.key === 'ArrowRight') { view.x += step / squeeze; moved(); }
      else if (e.key === 'ArrowUp') { view.y += step; moved(); }
      else if (e.key === 'ArrowDown') { view.y -= step; moved(); }
      else return;
      e.preventDefault();
    });
    for (const b of root.querySelectorAll('[data-zoom]')) {
      b.addEventListener('click', () => {
        if (b.dataset.zoom === '0') { whole(); moved(); } else zoomAt(width / 2, height / 2, b.dataset.zoom === '1' ? 1.6 : 1 / 1.6);
      });
    }

    const list = root.querySelector('.maplayers');
    if (layers.length > 2) {
      for (const [word, on] of [['全开', true], ['全关', false]]) {
        const b = document.createElement('button');
        b.type = 'button'; b.className = 'btn small plain'; b.textContent = word;
        b.addEventListener('click', () => {
          layers.forEach((l) => { l.on = on; });
          for (const tick of list.querySelectorAll('input')) tick.checked = on;
          moved();
        });
        list.append(b);
      }
    }
    for (const l of layers) {
      const label = document.createElement('label'), tick = document.createElement('input'), patch = document.createElement('span');
      tick.type = 'checkbox'; tick.checked = l.on;
      tick.addEventListener('change', () => { l.on = tick.checked; moved(); });
      patch.className = 'patch c' + COLOURS.indexOf(l.colour);
      label.append(tick, patch, l.title);
      list.append(label);
    }

    fetch(setup.places, { headers: { Accept: 'application/json' } }).then((a) => a.json()).then((data) => {
      places = absolute(data);
      for (const p of places) {
        let x = 0, y = 0, n = p.rings[0].length / 2;
        for (let i = 0; i < n * 2; i += 2) { x += p.rings[0][i] / n; y += p.rings[0][i + 1] / n; }
        p.middle = [x, y];
      }
      redraw();
    }).catch(() => {});
    window.addEventListener('resize', size);
    size();
    return () => { if (pick && pick.says) says.textContent = pick.says(); redraw(); };
  }
})();
