// The confirmation page from the keyboard: j and k move, Enter or y accepts, e edits, space ticks. What is accepted goes
// to the same address as the form's button; without this script the page works by its buttons.
(function () {
  "use strict";
  var list = document.getElementById("takes");
  if (!list || !window.fetch) return;
  document.getElementById("keys").hidden = false;

  function cards() { return Array.prototype.slice.call(list.querySelectorAll(".take")); }
  function current() { return document.activeElement && document.activeElement.closest ? document.activeElement.closest(".take") : null; }
  function focus(card) {
    if (!card) return;
    card.focus({ preventScroll: true });
    var box = card.getBoundingClientRect(), bar = document.querySelector(".takebar");
    var top = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0; // what stays above the cards
    if (box.top < top) card.scrollIntoView({ block: "start" });
    else if (box.bottom > window.innerHeight) card.scrollIntoView({ block: box.height > window.innerHeight - top ? "start" : "end" });
  }
  function move(by) {
    var all = cards(), at = all.indexOf(current());
    focus(at < 0 ? all[0] : all[Math.min(all.length - 1, Math.max(0, at + by))]);
  }
  function say(card, words) {
    var p = card.querySelector(".error[role=alert]");
    p.textContent = words;
    p.hidden = !words;
  }

  function accept(card) {
    var form = card.querySelector("form.as-read");
    if (card.dataset.busy) return;
    card.dataset.busy = "1";
    say(card, "");
    fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)), credentials: "same-origin" })
      .then(function (r) { return r.json().then(function (body) { return { ok: r.ok, body: body }; }); })
      .then(function (r) {
        delete card.dataset.busy;
        if (!r.ok) {
          say(card, r.body.detail || r.body.title || "没有办成，请刷新页面后再试。");
          open(card, card.querySelector("[name=reason]"));
          return;
        }
        var all = cards(), next = all[all.indexOf(card) + 1] || all[all.indexOf(card) - 1];
        card.remove();
        var left = document.getElementById("left"), confirmed = document.getElementById("waiting");
        left.textContent = Number(left.textContent) - 1;
        confirmed.textContent = Number(confirmed.textContent) + 1;
        if (next) focus(next); else window.location.reload();
      })
      .catch(function () { delete card.dataset.busy; say(card, "没有连上服务器，请稍后再试。"); });
  }
  function open(card, field) {
    var box = card.querySelector("details.edit");
    box.open = true;
    field = field || box.querySelector("input");
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  list.addEventListener("submit", function (e) {
    if (!e.target.classList.contains("as-read")) return;
    e.preventDefault();
    accept(e.target.closest(".take"));
  });
  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    var typing = /^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY|A)$/.test(e.target.tagName);
    if (e.key === "Escape" && typing && current()) { focus(current()); return; }
    if (typing) return;
    var card = current();
    switch (e.key) {
      case "j": move(1); break;
      case "k": move(-1); break;
      case "y": case "Enter": if (card) accept(card); break;
      case "e": if (card) open(card); break;
      case " ":
        if (!card) return;
        var tick = card.querySelector("[name=ids]");
        tick.checked = !tick.checked;
        break;
      default: return;
    }
    e.preventDefault();
  });
  if (cards()[0]) cards()[0].focus({ preventScroll: true });
})();
