(function () {
  var box = document.getElementById("buscar"), list = document.getElementById("resultados"),
    count = document.getElementById("cuantos"), pages = window.PULSO_PAGES || [];
  if (!box) return;
  var root = box.form.getAttribute("data-root");
  function plain(words) { return words.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); }
  pages.forEach(function (page) { page.head = plain(page.title); page.plain = page.head + " " + plain(page.text); });
  function search() {
    var words = plain(box.value).split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length) { count.textContent = ""; return; }
    var found = pages.filter(function (page) {
      return words.every(function (word) { return page.plain.indexOf(word) >= 0; });
    });
    function hits(page) { return words.filter(function (word) { return page.head.indexOf(word) >= 0; }).length; }
    found.sort(function (a, b) { return hits(b) - hits(a); });
    count.textContent = found.length === 1 ? "1 resultado" : found.length + " resultados";
    found.slice(0, 12).forEach(function (page) {
      var item = document.createElement("li"), link = document.createElement("a"), line = document.createElement("small");
      link.href = root + page.url; link.textContent = page.title; line.textContent = page.line;
      item.appendChild(link); item.appendChild(line); list.appendChild(item);
    });
  }
  box.form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) first.click();
  });
  box.addEventListener("input", search);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && box.value) { box.value = ""; search(); box.focus(); }
  });
})();
