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

// Tables that can be searched get a field, and where rows say what they are, a choice; without scripts all rows stand there.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function finder(bar, kinds, hint, choose) {
  const labelled = (word, thing) => {
    const label = document.createElement("label");
    label.append(word + " ", thing);
    bar.append(label, " ");
    thing.addEventListener("input", choose);
    return thing;
  };
  const field = labelled("Find", Object.assign(document.createElement("input"), { type: "search", placeholder: hint }));
  const only = document.createElement("select");
  only.append(new Option("everybody", ""), ...kinds.map((kind) => new Option(kind)));
  if (kinds.length) labelled("Only", only);
  const fits = (text, is) => plain(text).includes(plain(field.value.trim())) && (!only.value || is.includes(only.value));
  return { fits };
}

for (const table of document.querySelectorAll("table[data-find]")) {
  const rows = [...table.tBodies[0].rows], bar = document.createElement("div"), count = document.createElement("output");
  if (rows.length < 2) continue;
  const is = new Map(rows.map((row) => [row, row.dataset.is ? row.dataset.is.split("\n") : []]));
  const choose = () => {
    for (const row of rows) row.hidden = !found.fits(row.textContent, is.get(row));
    count.textContent = rows.filter((row) => !row.hidden).length + " of " + rows.length;
  };
  const found = finder(bar, table.dataset.kinds?.split("\n").filter(Boolean) ?? [], table.dataset.find, choose);
  bar.className = "bar";
  count.className = "soft";
  bar.append(count);
  table.closest(".scroll").before(bar);
  choose();
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
  const view = list.querySelector(".window"), by = list.querySelector("select");
  const count = list.querySelector("output"), space = document.createElement("div"), height = 26;
  let shown = [];
  view.append(space);

  const draw = () => {
    const first = Math.max(0, Math.floor(view.scrollTop / height) - 10);
    const rows = shown.slice(first, first + Math.ceil(view.clientHeight / height) + 20).map((student, at) => {
      const [name, total, shares, noted, , page = name] = student, row = document.createElement("div");
      row.className = "row";
      row.style.top = (first + at) * height + "px";
      const link = document.createElement("a"), points = document.createElement("span");
      link.textContent = (noted ? "⚑ " : "") + name;
      link.href = "students/" + encodeURIComponent(page) + ".html";
      points.textContent = total;
      row.append(link, points, ...[...shares].map((share, exercise) => {
        const cell = document.createElement("i");
        const words = { A: ["h10", "all points"], "-": ["hx", "not graded or not readable"], ".": ["ht", "not started"], 0: ["h0", "no points"] };
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
    const key = by.value;
    const value = { name: (s) => s[0], total: (s) => s[1], noted: (s) => -s[3] }[key] ?? ((s) => s[2][Number(key)] ?? "-");
    shown = data.students.filter((student) => found.fits(student[0], student[4].map((at) => data.kinds[at])));
    shown.sort((a, b) => order(String(value(a)), String(value(b))) || order(a[0], b[0]));
    space.style.height = shown.length * height + "px";
    count.textContent = shown.length + " of " + data.students.length;
    view.scrollTop = 0;
    draw();
  };
  const found = finder(list.querySelector(".find"), data.kinds, "a name", choose);
  view.addEventListener("scroll", draw, { passive: true });
  addEventListener("resize", draw);
  by.addEventListener("change", choose);
  choose();
}
