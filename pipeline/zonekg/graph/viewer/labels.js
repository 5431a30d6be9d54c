"use strict";
// Names on a canvas above the drawing: the most important first, each where it covers nothing.
(() => {
  const { viewer } = zonekg;
  const { nodes, labelOf, colorOf, middle, part } = viewer;

  const FONT = 'system-ui, "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", ' +
    '"Source Han Sans SC", sans-serif';
  const CELL = 80; // pixels, the pitch of the grid that finds what a box would cover
  const ROOM = 5200; // square pixels of canvas for a name
  const CLEAR = 300; // discs that names keep clear of, however small
  const HUBS = 40; // nodes that have their names even where these cover small discs
  const GAP = 3;
  const FEW = 30; // edges of a neighbourhood up to which they are named
  const SHORT = { ems: 10, lines: 2 };
  const FULL = { ems: 16, lines: 5 };
  const canvas = part("labels");
  const context = canvas.getContext("2d");

  // -- wrapping: a full-width character is one em wide, others a little more than a half

  const emsOf = (mark) => (/[\u1100-\uffff\u{20000}-\u{3ffff}]/u.test(mark) ? 1 : 0.56);
  const widthOf = (text) => [...text].reduce((sum, mark) => sum + emsOf(mark), 0);
  // what stays on one line: words and numbers, and brackets with what is in them
  const PIECE = /[（(【《“]*(?:[A-Za-z0-9.,%+/-]{1,12}|.)[，。；、：）)】》”]*/gsu;
  const wrap = (text, { ems, lines }) => {
    const start = [...text].slice(0, 200).join(""); // no name is longer, and no canvas wider
    // lines of one length read better than a full one and a rest
    const total = widthOf(start);
    const width = Math.min(ems, total / Math.ceil(total / ems) + 1);
    const rows = [""];
    for (const [piece] of start.matchAll(PIECE)) {
      const last = rows.length - 1;
      if (rows[last] && widthOf(rows[last] + piece) > width) {
        if (rows.length === lines) {
          rows[last] = [...rows[last]].slice(0, -1).join("") + "…";
          break;
        }
        rows.push(piece);
      } else {
        rows[last] += piece;
      }
    }
    return rows;
  };
  const wrapped = new Map();
  const rowsOf = (text, form) => {
    const key = `${form.lines} ${text}`;
    if (!wrapped.has(key)) wrapped.set(key, wrap(text, form));
    return wrapped.get(key);
  };

  // -- what is taken

  class Space {
    constructor(width, height) {
      Object.assign(this, { width, height, cells: new Map() });
    }
    *around([left, top, right, bottom]) {
      for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
        for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) yield x * 10007 + y;
      }
    }
    free(box) {
      if (box[0] < 2 || box[1] < 2 || box[2] > this.width - 2 || box[3] > this.height - 2) return false;
      for (const key of this.around(box)) {
        for (const other of this.cells.get(key) ?? []) {
          if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return false;
        }
      }
      return true;
    }
    take(box) {
      for (const key of this.around(box)) {
        if (!this.cells.has(key)) this.cells.set(key, []);
        this.cells.get(key).push(box);
      }
    }
  }

  // -- drawing

  const size = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return { width, height };
  };

  const write = (rows, left, top, points, { ink, paper, weight = 400 }) => {
    context.font = `${weight} ${points}px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = paper;
    context.fillStyle = ink;
    rows.forEach((row, i) => {
      const y = top + (i + 0.5) * points * 1.25;
      context.strokeText(row, left, y);
      context.fillText(row, left, y);
    });
  };

  const boxOf = (rows, points) => {
    return { width: Math.max(...rows.map(widthOf)) * points + 4, height: rows.length * points * 1.25 };
  };

  // below, above, right and left of the disc, then at its corners
  const spots = ({ x, y, radius }, { width, height }) => {
    const [reach, slope] = [radius + GAP, radius * 0.7 + 1];
    return [
      [x - width / 2, y + reach], [x - width / 2, y - reach - height],
      [x + reach, y - height / 2], [x - reach - width, y - height / 2],
      [x + slope, y + slope], [x - slope - width, y + slope],
      [x + slope, y - slope - height], [x - slope - width, y - slope - height],
    ].map(([left, top]) => [left, top, left + width, top + height]);
  };

  // must: also where it covers something, for what the pointer is on or what is chosen
  // small: what names keep clear of too, but for those of hubs that find no other place
  const label = (space, disc, text, look, options = {}) => {
    const { must = false, form = SHORT, at = spots, small = null, hub = true } = options;
    const rows = rowsOf(text, form);
    const box = boxOf(rows, look.points);
    const places = at(disc, box);
    const free = places.filter((one) => space.free(one));
    const place = free.find((one) => !small || small.free(one)) ?? (hub ? free[0] : null) ?? (must ? places[0] : null);
    if (!place) return false;
    space.take(place);
    write(rows, (place[0] + place[2]) / 2, place[1], look.points, look);
    return true;
  };

  const onTop = ({ x, y }, { width, height }) =>
    [[x - width / 2, y - height / 2, x + width / 2, y + height / 2]];

  // discOf: node -> {x, y, radius} on the canvas; ranked: nodes, the most important first;
  // near: what alone has names, null for all; marked: nodes and edges that must have theirs, of
  // which `bold` stand out; roomy: 1 for few nodes, 0 for very many
  const drawLabels = ({ discOf, ranked, near, marked, bold, colors, roomy }) => {
    const { width, height } = size();
    const [space, small] = [new Space(width, height), new Space(width, height)];
    space.take([width - 56, height - 136, width, height]); // the camera's buttons
    const inside = ({ x, y }) => x > -40 && y > -20 && x < width + 40 && y < height + 20;
    const discs = new Map();
    for (const node of ranked) {
      const disc = discOf(node);
      if (!disc || !inside(disc)) continue;
      discs.set(node, disc);
      const r = disc.radius * 0.8;
      // among thousands of small discs no name would find room
      if (discs.size <= CLEAR || r > 4) (r > 4 ? space : small).take([disc.x - r, disc.y - r, disc.x + r, disc.y + r]);
    }
    const look = (node) => ({
      points: 12 + Math.round((3 * (node.size - 10)) / 30), ink: colors.ink, paper: colors.paper,
      weight: bold.has(node) ? 700 : node.size > 24 ? 600 : 400,
    });
    const edgeLabel = (edge, must) => {
      const [from, to] = [discOf(nodes[edge.source]), discOf(nodes[edge.target])];
      if (!from || !to || Math.hypot(from.x - to.x, from.y - to.y) < 40) return;
      const ink = colors.text(colorOf(edge.relation));
      label(space, middle(edge, from, to), labelOf(edge.relation),
        { points: 11, ink, paper: colors.paper, weight: 600 }, { must, at: onTop });
    };
    for (const one of marked.filter((item) => item.source === undefined)) {
      const disc = discOf(one);
      if (disc) label(space, disc, one.label, look(one), { must: true, form: FULL });
      discs.delete(one);
    }
    for (const one of marked.filter((item) => item.source !== undefined)) edgeLabel(one, true);
    const most = Math.max(12, Math.round((width * height) / (ROOM * (2 - roomy))));
    let [room, rank] = [most, 0];
    for (const [node, disc] of discs) {
      if (room <= 0) break;
      if (near && !near.nodes.has(node)) continue;
      rank += 1;
      if (label(space, disc, node.label, look(node), { small, hub: rank <= HUBS })) room -= 1;
    }
    const named = near && near.edges.size <= FEW ? [...near.edges].filter((edge) => !marked.includes(edge)) : [];
    for (const edge of named) edgeLabel(edge, false);
    canvas.dataset.labels = String(most - room);
  };

  Object.assign(viewer, { drawLabels, FONT });
})();
