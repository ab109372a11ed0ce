"use strict";
/* What the page does beyond being read: the chart's readout, and the attendees found, sorted and opened. Without this
   script everything is still there. Strings of the report reach the page as text only. */
(() => {
  const PAGE = 25; // attendees drawn at a time
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const count = (number) => number.toLocaleString("en-US");

  /* Letters without case and accents, so that `muller` finds Müller and `lukasz` Łukasz. */
  const whole = { ł: "l", ø: "o", đ: "d", ð: "d", ı: "i", ß: "ss", æ: "ae", œ: "oe", þ: "th" };
  const plain = (text) => {
    const small = text.toLowerCase();
    if (/^[ -~\n]*$/.test(small)) return small; // nearly all, and three times as fast
    return small.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[łøđðıßæœþ]/g, (letter) => whole[letter]);
  };

  /* From three letters on; a word in Chinese, Japanese or Korean has fewer. */
  const enough = (text) =>
    [...text].length >= 3 || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text);

  const showSaid = byId("lines") ? readSaid(data.said, byId("lines")) : () => {};
  if (data.timeline && byId("course")) readCourse(data.timeline, byId("course"));
  if (data.people && byId("people")) listPeople(data.people, byId("people"));

  /* The chart over time: one place at a time, by pointer or keyboard. */
  function readCourse(line, figure) {
    const [stage, readout] = [figure.querySelector(".stage"), figure.querySelector(".readout")];
    const last = line.viewers.length - 1;
    const cursor = document.createElement("div");
    cursor.className = "cursor";
    cursor.hidden = true;
    stage.append(cursor);
    readout.hidden = false;
    readout.textContent = "Point at the chart or use the arrow keys to see the figures of a minute.";
    const attributes = {
      role: "slider", tabindex: "0", "aria-label": "Live viewers, engagement and reactions by minute", "aria-valuemin": "0",
      "aria-valuemax": String(last),
    };
    for (const [name, value] of Object.entries(attributes)) stage.setAttribute(name, value);
    let place = 0;
    tell(0);

    const plot = () => [...stage.querySelectorAll("[data-plot]")].find((chart) => chart.offsetWidth);

    function tell(to) {
      place = Math.min(Math.max(Math.round(to), 0), last);
      const viewers = line.viewers[place];
      const reactions = line.reactions[place];
      const words = [
        viewers === null ? "viewers not known" : `${count(viewers)} ${viewers === 1 ? "viewer" : "viewers"}`,
        ...(viewers ? [`${line.engagement[place]} engaged`] : []),
        ...(viewers === null ? [] : [`${count(reactions)} ${reactions === 1 ? "reaction" : "reactions"}`]),
      ].join(" · ");
      const when = `Minute ${line.minutes[place]}, ${line.clock[place]}`;
      stage.setAttribute("aria-valuenow", String(place));
      stage.setAttribute("aria-valuetext", `${when}: ${words}`);
      return [when, words];
    }

    function show(to) {
      const [when, words] = tell(to);
      const strong = document.createElement("b");
      strong.textContent = when;
      readout.replaceChildren(strong, ` ${words}`);
      showSaid(place);
      cursor.hidden = false;
      cursor.style.left = `${((place + 0.5) / (last + 1)) * parseFloat(plot().dataset.plot)}%`;
    }

    function point(event) {
      const box = plot().getBoundingClientRect();
      show(((event.clientX - box.left) / (box.width * parseFloat(plot().dataset.plot) / 100)) * (last + 1) - 0.5);
    }

    stage.addEventListener("pointermove", point);
    stage.addEventListener("pointerdown", point);
    stage.addEventListener("focus", () => show(place));
    stage.addEventListener("keydown", (event) => {
      const leap = Math.max(Math.round(last / 10), 1);
      const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -leap, PageUp: leap,
        Home: -last, End: last };
      if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      show(place + steps[event.key]);
    });
  }

  /* The transcript: the lines of the chart's place, and the lines that were searched for. Returns what shows a place. */
  function readSaid(places, list) {
    const [lines, find, found] = [[...list.children], byId("find-said"), byId("found-said")];
    const hint = found.textContent;
    find.closest(".tools").hidden = false;
    let letters = null;

    find.addEventListener("input", () => {
      const typed = plain(find.value.trim());
      const words = enough(typed) ? typed.split(/\s+/) : [];
      letters = letters || lines.map((line) => plain(line.lastElementChild.textContent));
      let many = 0;
      lines.forEach((line, n) => {
        line.hidden = !words.every((word) => letters[n].includes(word));
        many += line.hidden ? 0 : 1;
      });
      found.textContent = words.length ? `${count(many)} ${many === 1 ? "line" : "lines"} found` : hint;
    });

    return (place) => {
      const now = lines.filter((_, n) => places[n] === place);
      for (const line of list.querySelectorAll(".now")) line.classList.remove("now");
      for (const line of now) line.classList.add("now");
      const first = now[0] || lines.find((_, n) => places[n] > place);
      if (first) list.scrollTop = first.offsetTop - list.clientHeight / 3;
    };
  }

  /* The attendees: of those found, in the order asked for, one page. */
  function listPeople({ fields, rows }, table) {
    const places = new Map(fields.map(([key], place) => [key, place]));
    const digits = new Map(fields);
    const heat = fields.length; // where a row that has a heatmap has it
    const [find, order, back, next, found] = ["find", "order", "back", "next", "found"].map(byId);
    const heads = [...table.tHead.rows[0].cells];
    const copy = byId("person").content;
    const list = table.closest("details"); // folded away until somebody searches
    const opened = new Set();
    const sort = { key: "minutes", down: true };
    let letters = null; // of every row, what is searched
    let [asked, matching, first] = ["", rows, 0];

    const value = (row, key) => row[places.get(key)];
    const isText = (key) => digits.get(key) === null;
    const known = (entry) => entry !== null && entry !== "";
    const printed = (row, key) => {
      const [entry, decimals] = [value(row, key), digits.get(key)];
      if (!known(entry)) return "";
      if (decimals === null) return entry;
      return entry.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    };

    const searched = ["name", "title", "company", "email"].map((key) => places.get(key));
    for (const [key] of fields) if (key.startsWith("answer")) searched.push(places.get(key));
    const index = () => rows.map((row) => plain(searched.map((place) => row[place]).join("\n")));

    function search(text) {
      const typed = plain(text.trim());
      asked = enough(typed) ? typed : "";
      letters = letters || index();
      const words = asked.split(/\s+/);
      if (asked && list) list.open = true;
      matching = asked ? rows.filter((_, n) => words.every((word) => letters[n].includes(word))) : rows;
      arrange();
    }

    const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
    function arrange() {
      const sign = sort.down ? -1 : 1;
      const place = places.get(sort.key);
      const compare = isText(sort.key) ? collator.compare : (one, other) => one - other;
      const [there, missing] = [[], []];
      for (const row of matching) (known(row[place]) ? there : missing).push(row);
      matching = [...there.sort((one, other) => sign * compare(one[place], other[place])), ...missing];
      first = 0;
      draw();
    }

    function draw() {
      table.tBodies[0].replaceChildren(...matching.slice(first, first + PAGE).map(pair));
      const last = Math.min(first + PAGE, matching.length);
      const range = matching.length ? `${count(first + 1)}–${count(last)} of ${count(matching.length)}` : "Nobody";
      const all = asked ? ` found, ${count(rows.length)} in all` : "";
      found.textContent = range + (asked && !matching.length ? " found: try fewer letters" : all);
      back.hidden = next.hidden = matching.length <= PAGE;
      back.setAttribute("aria-disabled", String(first === 0));
      next.setAttribute("aria-disabled", String(last === matching.length));
    }

    /* The two rows of a person, from the page's template. */
    function pair(row) {
      const rowsOf = copy.cloneNode(true);
      const [person, more] = rowsOf.querySelectorAll("tr");
      const button = person.querySelector("button");
      person.querySelector("[data-name]").textContent = row[0];
      const about = person.querySelector("[data-about]");
      about.textContent = ["title", "company"].map((key) => value(row, key)).filter(known).join(", ");
      if (!about.textContent) about.remove();
      for (const cell of person.querySelectorAll("[data-cell]")) {
        (cell.firstElementChild || cell).textContent = printed(row, cell.dataset.cell) || "–";
      }
      const open = (state) => {
        button.setAttribute("aria-expanded", String(state));
        more.hidden = !state;
        if (state && !more.dataset.filled) fill(more, row);
        if (state) opened.add(row);
        else opened.delete(row);
      };
      button.addEventListener("click", () => open(button.getAttribute("aria-expanded") === "false"));
      open(opened.has(row));
      return rowsOf;
    }

    function fill(more, row) {
      more.dataset.filled = "yes";
      for (const fact of more.querySelectorAll("[data-fact]")) {
        const words = printed(row, fact.dataset.fact);
        if (words) fact.querySelector("bdi").textContent = words;
        else fact.remove();
      }
      const strip = more.querySelector(".strip");
      if (row[heat]) fillStrip(strip, row[heat]);
      else strip.remove();
    }

    function fillStrip(strip, [steps, engaged, less, words]) {
      const svg = strip.querySelector("svg");
      svg.setAttribute("viewBox", `0 0 ${steps} 10`);
      svg.setAttribute("aria-label", `Heatmap: ${words}`);
      svg.querySelector(".e").setAttribute("d", engaged);
      svg.querySelector(".l").setAttribute("d", less);
      strip.querySelector("[data-strip]").textContent = words;
    }

    function sortBy(key, down) {
      [sort.key, sort.down] = [key, down];
      for (const head of heads) {
        if (head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
      order.value = key;
      arrange();
    }

    for (const head of heads) {
      const { key } = head.dataset;
      const words = head.querySelector("span");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words.textContent;
      words.replaceWith(button);
      button.addEventListener("click", () => sortBy(key, sort.key === key ? !sort.down : !isText(key)));
      order.append(new Option(button.textContent, key));
    }
    order.value = sort.key;
    order.addEventListener("change", () => sortBy(order.value, !isText(order.value)));
    find.addEventListener("input", () => search(find.value));
    const turn = (by) => {
      if (first + by < 0 || first + by >= matching.length) return;
      first += by;
      draw();
      table.scrollIntoView({ block: "nearest" });
    };
    back.addEventListener("click", () => turn(-PAGE));
    next.addEventListener("click", () => turn(PAGE));
    (window.requestIdleCallback || setTimeout)(() => (letters = letters || index()));
    for (const part of document.querySelectorAll(".tools, .pager")) part.hidden = false;
    for (const part of document.querySelectorAll("[data-static]")) part.remove();
    draw();
  }
})();
