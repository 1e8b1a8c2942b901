'use strict';
// The hours of a forecast under a slider. Without this script each hour is a link.
(function () {
  const slide = document.getElementById('hour');
  if (!slide) return;
  const all = document.querySelectorAll('[data-hour]');
  function show(n) {
    for (const e of all) {
      const on = e.getAttribute('data-hour') === String(n);
      if (e.tagName === 'g') e.classList.toggle('off', !on);
      else if (e.tagName === 'P') e.hidden = !on;
      else if (e.tagName === 'A') { if (on) e.setAttribute('aria-current', 'true'); else e.removeAttribute('aria-current'); }
      else e.classList.toggle('now', on);
      if (on && e.tagName === 'P') slide.setAttribute('aria-valuetext', e.textContent);
    }
    const url = new URL(location.href);
    url.searchParams.set('hour', n);
    history.replaceState(null, '', url);
    for (const a of document.querySelectorAll('a[data-ofhour]')) { // what they lead to is of the hour that is shown
      const to = new URL(a.href);
      to.searchParams.set('hour', n);
      a.href = to;
    }
    for (const e of document.querySelectorAll('input[name=hour]')) e.value = n;
  }
  slide.closest('p').hidden = false;
  slide.addEventListener('input', () => show(slide.value));
  for (const a of document.querySelectorAll('.hours a')) {
    a.addEventListener('click', (ev) => { ev.preventDefault(); slide.value = a.dataset.hour; show(slide.value); });
  }
})();
