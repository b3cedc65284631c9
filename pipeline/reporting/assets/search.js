(function () {
  var box = document.getElementById("buscar"), list = document.getElementById("resultados"),
    count = document.getElementById("cuantos"), pages = window.PULSO_PAGES || [];
  if (!box) return;
  function plain(words) { return words.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); }
  pages.forEach(function (page) { page.plain = plain(page.title + " " + page.text); });
  box.addEventListener("input", function () {
    var words = plain(box.value).split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length) { count.textContent = ""; return; }
    var found = pages.filter(function (page) {
      return words.every(function (word) { return page.plain.indexOf(word) >= 0; });
    });
    found.sort(function (a, b) {
      function hits(page) { return words.filter(function (w) { return plain(page.title).indexOf(w) >= 0; }).length; }
      return hits(b) - hits(a);
    });
    count.textContent = found.length === 1 ? "1 resultado" : found.length + " resultados";
    found.slice(0, 20).forEach(function (page) {
      var item = document.createElement("li"), link = document.createElement("a"), line = document.createElement("small");
      link.href = page.url; link.textContent = page.title; line.textContent = page.line;
      item.appendChild(link); item.appendChild(line); list.appendChild(item);
    });
  });
})();
