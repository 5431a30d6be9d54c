"use strict";
// The edge that the pointer is on: a line is too thin to hit exactly.
(() => {
  const { viewer } = zonekg;
  const { nodes, edges } = viewer;
  const REACH = 7; // pixels beside an edge that still count as on it
  const PIECES = 12; // straight pieces that stand for a curve

  // pixels between a place and a straight line between two
  const away = (x, y, [ax, ay], [bx, by]) => {
    const [dx, dy] = [bx - ax, by - ay];
    const part = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(x - ax - part * dx, y - ay - part * dy);
  };

  // a place on the quadratic curve that an edge is drawn as; part: 0 at its begin, 1 at its end
  const onCurve = ([ax, ay], [bx, by], bend, part) => {
    const [x, y] = [(ax + bx) / 2 + bend * (by - ay), (ay + by) / 2 - bend * (bx - ax)];
    const [one, two, three] = [(1 - part) ** 2, 2 * part * (1 - part), part ** 2];
    return [one * ax + two * x + three * bx, one * ay + two * y + three * by];
  };

  const within = (value, a, b, slack) => value > Math.min(a, b) - slack && value < Math.max(a, b) + slack;

  // spotOf: node -> [x, y] in pixels; seen: whether an edge is shown; null where none is near
  const nearestEdge = ({ x, y }, spotOf, seen) => {
    let [best, nearest] = [null, REACH];
    for (const edge of edges) {
      if (!seen(edge)) continue;
      const [from, to] = [spotOf(nodes[edge.source]), spotOf(nodes[edge.target])];
      const bend = edge.curvature;
      const slack = REACH + Math.abs(bend / 2) * Math.hypot(to[0] - from[0], to[1] - from[1]);
      if (!within(x, from[0], to[0], slack) || !within(y, from[1], to[1], slack)) continue;
      const pieces = bend ? PIECES : 1;
      for (let i = 0; i < pieces; i += 1) {
        const [start, end] = [i, i + 1].map((at) => onCurve(from, to, bend, at / pieces));
        const gap = away(x, y, start, end);
        if (gap < nearest) [best, nearest] = [edge, gap];
      }
    }
    return best;
  };

  const middle = (edge, from, to) => {
    const [x, y] = onCurve([from.x, from.y], [to.x, to.y], edge.curvature, 0.5);
    return { x, y };
  };

  Object.assign(viewer, { nearestEdge, middle });
})();
