(() => {
  "use strict";
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, column) => {
      const kind = head.dataset.sort;
      if (!kind) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        // points: the most first; names: from A
        const up = before ? before === "descending" : kind !== "number";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => {
          const cell = row.cells[column], text = cell.dataset.value ?? cell.textContent.trim();
          return { row, key: kind === "number" ? parseFloat(text) : text };
        });
        const empty = ({ key }) => kind === "number" ? Number.isNaN(key) : !key;
        rows.sort((a, b) => {
          if (empty(a) || empty(b)) return empty(a) - empty(b);  // what has no value stays at the end
          const order = kind === "number" ? a.key - b.key : compare(a.key, b.key);
          return up ? order : -order;
        });
        body.append(...rows.map(({ row }) => row));
      });
    });
  }
})();
