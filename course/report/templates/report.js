"use strict";
// Tables: a click on a heading sorts by its column; numbers stand in data-v where the text is no number.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.querySelectorAll("thead tr:last-child th")];
  heads.forEach((head, column) => {
    const button = head.querySelector("[role=button]");
    if (!button) return;
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") !== "descending"
        : head.dataset.first === "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => order(value(a), value(b)) * (down ? -1 : 1));
      body.append(...rows);
    });
  });
}

function order(a, b) {
  const x = Number(a), y = Number(b);
  if (a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a.localeCompare(b, undefined, { numeric: true });
}

// Large classes: the list of everyone holds only the rows that are in sight.
const list = document.getElementById("everyone");
if (list) {
  const data = JSON.parse(document.getElementById("data").textContent);
  const view = list.querySelector(".window"), field = list.querySelector("input"), by = list.querySelector("select");
  const count = list.querySelector("output"), space = document.createElement("div"), height = 26;
  let shown = [];
  view.append(space);

  const draw = () => {
    const first = Math.max(0, Math.floor(view.scrollTop / height) - 10);
    const rows = shown.slice(first, first + Math.ceil(view.clientHeight / height) + 20).map((student, at) => {
      const [name, total, shares, noted, page = name] = student, row = document.createElement("div");
      row.className = "row";
      row.style.top = (first + at) * height + "px";
      const link = document.createElement("a"), points = document.createElement("span");
      link.textContent = (noted ? "⚑ " : "") + name;
      link.href = "students/" + encodeURIComponent(page) + ".html";
      points.textContent = total;
      row.append(link, points, ...[...shares].map((share, exercise) => {
        const cell = document.createElement("i");
        const words = { A: ["h10", "all points"], "-": ["hx", "not graded"], ".": ["ht", "not started"], 0: ["h0", "no points"] };
        const [look, says] = words[share] ?? ["h" + share, share + "0 %"];
        cell.className = look;
        cell.title = data.exercises[exercise] + ": " + says;
        return cell;
      }));
      return row;
    });
    space.replaceChildren(...rows);
  };
  const choose = () => {
    const wanted = field.value.trim().toLowerCase(), key = by.value;
    const value = { name: (s) => s[0], total: (s) => s[1], noted: (s) => -s[3] }[key] ?? ((s) => s[2][Number(key)] ?? "-");
    shown = data.students.filter((student) => student[0].toLowerCase().includes(wanted));
    shown.sort((a, b) => order(String(value(a)), String(value(b))) || order(a[0], b[0]));
    space.style.height = shown.length * height + "px";
    count.textContent = shown.length + " of " + data.students.length;
    view.scrollTop = 0;
    draw();
  };
  view.addEventListener("scroll", draw, { passive: true });
  addEventListener("resize", draw);
  field.addEventListener("input", choose);
  by.addEventListener("change", choose);
  choose();
}
