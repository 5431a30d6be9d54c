"use strict";
// The relations of the open document as curves over its text, and what is chosen or pointed at.
(() => {
  const { browser } = zonekg;
  const {
    part, SIDES, now, draw, typeOf, colored, isWrong, labelTag, kindTag, sure, allMarks, triple,
    guessed,
  } = browser;

  // the pieces of two mentions that are nearest to each other, from the corner of their column
  const anchors = (side, head, tail) => {
    const corner = now.shown.column[side].getBoundingClientRect();
    const [starts, ends] = [head, tail].map((i) =>
      Array.from(now.shown.marks[side][i].getClientRects(), ({ left, right, top, bottom }) => ({
        x: (left + right) / 2 - corner.left, top: top - corner.top, bottom: bottom - corner.top,
      })));
    const pairs = starts.flatMap((from) => ends.map((to) => [from, to]));
    const length = ([from, to]) => Math.hypot(to.x - from.x, 5 * (to.top - from.top));
    return pairs.sort((a, b) => length(a) - length(b))[0];
  };

  // an arc over the line that holds both ends, else from the near edge of one to that of the other;
  // x and y: where its name has room, between two lines
  const shapeOf = (from, to, lineHeight) => {
    if (Math.abs(from.top - to.top) < lineHeight / 4) {
      const top = from.top - Math.min(15, 8 + Math.abs(to.x - from.x) / 30);
      const path = `M${from.x} ${from.top}C${from.x} ${top} ${to.x} ${top} ${to.x} ${to.top}`;
      return { path, x: (from.x + to.x) / 2, y: Math.floor(from.top / lineHeight) * lineHeight };
    }
    const [start, end] = from.top < to.top ? [from.bottom, to.top] : [from.top, to.bottom];
    const half = (start + end) / 2;
    const path = `M${from.x} ${start}C${from.x} ${half} ${to.x} ${half} ${to.x} ${end}`;
    const y = Math.round(half / lineHeight) * lineHeight;
    // the curve's y goes by 1.5 t (1 - t) + t³ of its height, near the middle by 0.75 t
    const t = 0.5 + (y - half) / (0.75 * (end - start));
    return { path, x: from.x + (to.x - from.x) * t * t * (3 - 2 * t), y };
  };

  const isChosen = (side, [head, tail, label]) => {
    if (now.chosen?.doc !== now.shown.doc) return false;
    const ends = now.chosen[side].map(([i]) => i);
    if (now.chosen.task === "entities") return ends.includes(head) || ends.includes(tail);
    const own = (side === "predicted" && now.chosen.other) || now.chosen.label;
    return ends[0] === head && ends[1] === tail && label === own;
  };
  const isDrawn = (side, row) => {
    const touches = (i) => {
      const [start, end] = now.shown.body[side].mentions[i];
      return start < now.focus[1] && now.focus[0] < end;
    };
    if (now.focus) return touches(row[0]) || touches(row[1]);
    const choice = part("relations").querySelector("input:checked").value;
    return isChosen(side, row) || choice === "all" || (choice === "wrong" && isWrong(row[4]));
  };

  const curveOf = (side, row, lineHeight) => {
    const [head, tail, label, score, kind, implied] = row;
    const ends = anchors(side, head, tail);
    if (!ends) return ""; // the page is hidden
    const { path, x, y } = shapeOf(...ends, lineHeight);
    const { name, symmetric } = typeOf(label);
    const names = ["relation", isWrong(kind) ? "wrong" : "right"];
    if (implied) names.push("implied");
    if (isChosen(side, row)) names.push("chosen");
    const way = implied ? ", follows from park in park" : "";
    const title = draw("title", {}, `${label} ${name}, ${kind}${way}, confidence ${sure(score)}`);
    const line = draw("path", { d: path }, title);
    const tip = isWrong(kind) ? "wrong" : label;
    if (!symmetric) line.setAttribute("marker-end", `url(#browser-arrow-${tip})`);
    const curve = draw("g", { class: names.join(" ") }, line, draw("text", { x, y }, name));
    return colored(curve, label);
  };

  const showCurves = () => {
    if (!now.shown) return;
    const lineHeight = parseFloat(getComputedStyle(now.shown.column.gold).lineHeight);
    for (const side of SIDES) {
      const rows = now.shown.body[side].relations.filter((row) => isDrawn(side, row));
      now.shown.svg[side].replaceChildren(...rows.map((row) => curveOf(side, row, lineHeight)));
    }
    part("columns").classList.toggle("single", !now.focus && now.chosen?.doc === now.shown.doc);
  };

  // -- what is chosen

  const reveal = (pane, element) => {
    if (getComputedStyle(pane).overflowY === "visible") { // a narrow window has one scroll bar
      element.scrollIntoView({ block: "center" });
      return;
    }
    const [place, frame] = [element, pane].map((one) => one.getBoundingClientRect());
    if (place.top < frame.top + 40 || place.bottom > frame.bottom - 40) {
      pane.scrollTop += place.top - frame.top - frame.height / 3;
    }
  };

  // one line about what the pointer is on, else about what is chosen
  const detail = (...said) => part("detail").replaceChildren(...said);
  const detailMark = ({ dataset: { kind, label, known } }) =>
    detail(kindTag(kind), " ", labelTag(label), ` ${typeOf(label).name} ${known}`);
  const detailChoice = () => {
    if (!now.chosen) return detail();
    const { gold, predicted, label } = now.chosen;
    const said = gold.length ? [" gold: ", ...triple(gold, label)] : [];
    if (predicted.length) said.push(" predicted: ", ...guessed(now.chosen));
    return detail(kindTag(now.chosen.class), ...said, ` ${sure(now.chosen.confidence)}`);
  };

  const showChoice = () => {
    const ends = new Set(SIDES.flatMap(
      (side) => (now.chosen?.[side] ?? []).map(([i]) => now.shown.marks[side][i]),
    ));
    for (const mark of allMarks()) {
      mark.classList.remove("chosen");
      if (ends.has(mark)) void mark.offsetWidth; // lets the flash begin anew
      mark.classList.toggle("chosen", ends.has(mark));
    }
    detailChoice();
    const first = allMarks().find((mark) => ends.has(mark)); // in the order of the text
    if (first) reveal(part("scroll"), first);
  };

  Object.assign(browser, { showCurves, reveal, detailMark, detailChoice, showChoice });
})();
