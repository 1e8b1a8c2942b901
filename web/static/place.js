'use strict';
// The place of a citizen's report: a click on the picture is worked out here, so that chosen photographs stay; the phone may say where
// it is. Without this script a click sends the form, which comes back with the place.
(function () {
  const map = document.getElementById('at');
  if (!map) return;
  const lon = document.getElementById('lon'), lat = document.getElementById('lat'), zoom = document.getElementById('zoom');
  const said = document.getElementById('placesaid'), here = document.getElementById('here'), whole = document.getElementById('whole');
  const most = 3, nearer = 4, squeeze = Number(map.dataset.squeeze);

  function show(z) {
    zoom.value = z;
    map.src = lon.value === '' ? '/open/report/map.svg' : '/open/report/map.svg?lon=' + lon.value + '&lat=' + lat.value + '&zoom=' + z;
    said.textContent = lon.value === '' ? '' : '已选：经度 ' + Number(lon.value).toFixed(5) + '，纬度 ' + Number(lat.value).toFixed(5) + (z < most ? '。再点一次更准。' : '。');
  }

  map.addEventListener('click', e => {
    if (e.detail === 0 && e.clientX === 0) return; // from the keyboard: the server's way
    e.preventDefault();
    const box = map.getBoundingClientRect(), z = lon.value === '' ? 0 : Number(zoom.value);
    const scale = Number(map.dataset.scale) * Math.pow(nearer, z) * box.width / map.width;
    const x = z > 0 ? Number(lon.value) : Number(map.dataset.x), y = z > 0 ? Number(lat.value) : Number(map.dataset.y);
    lon.value = (x + (e.clientX - box.left - box.width / 2) / (squeeze * scale)).toFixed(6);
    lat.value = (y - (e.clientY - box.top - box.height / 2) / scale).toFixed(6);
    show(Math.min(most, z + 1));
  });
  whole.addEventListener('click', e => { e.preventDefault(); lon.value = lat.value = ''; show(0); });

  if (navigator.geolocation && window.isSecureContext) {
    here.hidden = false;
    here.addEventListener('click', () => {
      said.textContent = '正在取得位置…';
      navigator.geolocation.getCurrentPosition(p => {
        lon.value = p.coords.longitude.toFixed(6);
        lat.value = p.coords.latitude.toFixed(6);
        show(most);
      }, () => { said.textContent = '没有取得位置，请在图上点。'; }, { enableHighAccuracy: true, timeout: 15000 });
    });
  }
  const service = document.getElementById('service'), hint = document.getElementById('hint');
  service.addEventListener('change', () => { hint.textContent = service.selectedOptions[0].dataset.hint || '什么时候、看到什么；最多 4000 字'; });
})();
