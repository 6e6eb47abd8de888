"use strict";
document.documentElement.classList.add("script");
for (const article of document.querySelectorAll("article")) {
  const trees = [...article.querySelectorAll(".tree")];
  const lines = trees.map((tree) => [...tree.children]);
  const shown = new Set([...article.querySelectorAll("[data-show]")].map((box) => box.dataset.show));

  const others = (line) => {
    const side = lines[1 - trees.indexOf(line.parentElement)];
    return (line.dataset.to || "").split(" ").filter(Boolean).map((n) => side[n]);
  };
  const clear = (mark) => article.querySelectorAll("." + mark).forEach((line) => line.classList.remove(mark));

  // What is below a folded line is hidden, then kinds that are not shown, then lines that hold nothing shown.
  const refresh = (side) => {
    let folded = Infinity;
    for (const line of side) {
      const depth = Number(line.dataset.d);
      if (depth <= folded) folded = Infinity;
      line.hidden = folded < depth || (line.dataset.kind && !shown.has(line.dataset.kind));
      if (folded === Infinity && line.classList.contains("folded")) folded = depth;
    }
    if (shown.size === article.querySelectorAll("[data-show]").length) return;
    const below = [];  // at each depth: whether a line there is shown, since the last line above it
    for (const line of [...side].reverse()) {
      const depth = Number(line.dataset.d);
      const holds = line.classList.contains("holder") && !line.classList.contains("folded");
      if (holds && !below[depth + 1]) line.hidden = true;
      below[depth] = below[depth] || !line.hidden || below[depth + 1];
      below[depth + 1] = false;
    }
  };

  for (const tree of trees) {
    tree.addEventListener("mouseover", (event) => {
      const line = event.target.closest("li");
      clear("lit");
      if (line) others(line).forEach((other) => other.classList.add("lit"));
    });
    tree.addEventListener("mouseleave", () => clear("lit"));
    tree.addEventListener("click", (event) => {
      const line = event.target.closest("li");
      if (!line || String(getSelection())) return;
      if (line.classList.contains("holder")) {
        line.classList.toggle("folded");
        refresh(lines[trees.indexOf(tree)]);
        return;
      }
      const again = line.classList.contains("pinned");
      clear("pinned");
      if (again) return;
      const found = others(line);
      [line, ...found].forEach((each) => each.classList.add("pinned"));
      if (found.length) {
        const box = found[0].parentElement;
        box.scrollTo({ top: found[0].offsetTop - box.clientHeight / 3, behavior: "smooth" });
      }
    });
  }
  article.addEventListener("change", (event) => {
    const kind = event.target.dataset.show;
    if (!kind) return;
    if (event.target.checked) shown.add(kind); else shown.delete(kind);
    lines.forEach(refresh);
    article.querySelectorAll("details[data-kind]").forEach((group) => { group.hidden = !shown.has(group.dataset.kind); });
  });
}
