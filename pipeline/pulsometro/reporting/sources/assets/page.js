(function () {
  var tip = null, at = null;
  function hide() { if (tip) { tip.remove(); tip = null; } }
  function show(mark, x, y) {
    hide();
    tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("role", "status");
    document.body.appendChild(tip);
    tip.textContent = mark.getAttribute("data-tip");
    var box = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = (y + 14 + box.height > innerHeight ? y - box.height - 10 : y + 14) + "px";
  }
  function point(event) {
    var mark = event.target.closest && event.target.closest(".hot");
    if (mark) show(mark, event.clientX, event.clientY); else hide();
  }
  function marks(chart) {
    return Array.prototype.filter.call(chart.querySelectorAll(".hot"), function (mark) {
      return mark.getBoundingClientRect().width > 0;
    });
  }
  function walk(event) {
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], all = marks(this);
    if (!step || !all.length) return;
    event.preventDefault();
    var now = all.indexOf(at);
    if (at) at.classList.remove("at");
    at = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : (now + step + all.length) % all.length];
    at.classList.add("at");
    at.scrollIntoView({ block: "nearest" });
    var box = at.getBoundingClientRect();
    show(at, box.left + box.width / 2, box.top + box.height / 2);
  }
  function leave() { if (at) { at.classList.remove("at"); at = null; } hide(); }
  function open() {
    document.querySelectorAll(".chart").forEach(function (chart) {
      if (!chart.querySelector(".hot")) return;
      chart.tabIndex = 0;
      chart.setAttribute("role", "group");
      chart.setAttribute("aria-label", "Gráfica: las flechas recorren sus valores");
      chart.addEventListener("keydown", walk);
      chart.addEventListener("blur", leave);
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open); else open();
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("scroll", function () { if (!at) hide(); }, { passive: true });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") leave(); });
})();
