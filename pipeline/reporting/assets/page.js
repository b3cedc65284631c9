(function () {
  var tip = null;
  function hide() { if (tip) { tip.remove(); tip = null; } }
  function show(event) {
    var mark = event.target.closest && event.target.closest(".hot");
    hide();
    if (!mark) return;
    tip = document.createElement("div");
    tip.className = "tip";
    tip.textContent = mark.getAttribute("data-tip");
    document.body.appendChild(tip);
    var box = tip.getBoundingClientRect(), x = event.clientX + 14, y = event.clientY + 14;
    tip.style.left = Math.max(8, Math.min(x, innerWidth - box.width - 8)) + "px";
    tip.style.top = (y + box.height > innerHeight ? event.clientY - box.height - 10 : y) + "px";
  }
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
})();
