/// What makes tables sort and filter and charts name what is pointed at; a page without it still
/// shows everything.
enum PageScript {
  static let text = #"""
    "use strict";
    document.addEventListener("pointerover", event => {
      const shape = event.target, tip = shape.dataset ? shape.dataset.tip : null;
      if (!tip || shape.firstChild) return;
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = tip;
      shape.append(title);
    });
    for (const box of document.querySelectorAll("div.rows")) {
      const table = box.querySelector("table"), body = table.tBodies[0];
      const rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
      const found = box.querySelector(".found");
      const key = (row, column, numeric) => {
        const cell = row.cells[column];
        if (!numeric) return cell.textContent;
        return cell.dataset.n ? Number(cell.dataset.n) : null;
      };
      heads.forEach((head, column) => {
        head.querySelector("button").addEventListener("click", () => {
          const numeric = head.classList.contains("n");
          const first = numeric ? "descending" : "ascending";
          const second = numeric ? "ascending" : "descending";
          const was = head.getAttribute("aria-sort");
          const now = was === null ? first : was === first ? second : null;
          heads.forEach(other => other.removeAttribute("aria-sort"));
          if (now) head.setAttribute("aria-sort", now);
          const sign = now === "ascending" ? 1 : -1;
          const sorted = !now ? rows : [...rows].sort((a, b) => {
            const x = key(a, column, numeric), y = key(b, column, numeric);
            if (x === null || y === null) return (x === null) - (y === null);
            return sign * (numeric ? (x > y) - (x < y) : x.localeCompare(y, "en", {numeric: true}));
          });
          body.append(...sorted);
        });
      });
      box.querySelector("input").addEventListener("input", event => {
        const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
        let count = 0;
        for (const row of rows) {
          const text = row.textContent.toLowerCase();
          row.hidden = !words.every(word => text.includes(word));
          if (!row.hidden) count += 1;
        }
        found.textContent = count === rows.length ? rows.length : count + " of " + rows.length;
      });
    }
    """#
}
