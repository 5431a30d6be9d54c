"use strict";
// The drawing itself: sigma on WebGL, its colours, its camera, and what the pointer does.
(() => {
  const { viewer } = zonekg;
  const { nodes, edges, shown, part, colorOf, far } = viewer;
  const { Sigma, MultiDirectedGraph, createEdgeCurveProgram, createEdgeArrowProgram, EdgeRectangleProgram } = zonekgDrawing;
  const stage = part("stage");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const LARGE = 4000; // edges above which they hide while the camera moves
  // 1 for a graph whose nodes have room on a screen, towards 0 for thousands
  const roomy = Math.min(1, Math.sqrt(150 / Math.max(1, nodes.length)));

  let renderer = null;
  let colors = null;
  const ranked = [...nodes].sort((a, b) => b.size - a.size || a.index - b.index);

  // -- colours: mixed with the paper beforehand, as WebGL adds transparent ones up

  const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const mix = (hex, other, part) => {
    const [a, b] = [channels(hex), channels(other)];
    return `#${a.map((v, i) => Math.round(v * part + b[i] * (1 - part)).toString(16).padStart(2, "0")).join("")}`;
  };
  const setColors = () => {
    const style = getComputedStyle(document.documentElement);
    const [paper, ink] = ["--canvas", "--ink"].map((name) => style.getPropertyValue(name).trim());
    const strength = 0.3 + 0.4 * roomy;
    colors = {
      paper, ink,
      node: (label) => (dark.matches ? mix(colorOf(label), "#ffffff", 0.85) : colorOf(label)),
      edge: (label) => mix(colorOf(label), paper, strength),
      strong: (label) => (dark.matches ? mix(colorOf(label), "#ffffff", 0.75) : colorOf(label)),
      text: (color) => mix(color, dark.matches ? "#ffffff" : "#000000", 0.72),
      faint: (label) => mix(colorOf(label), paper, dark.matches ? 0.22 : 0.16),
      thread: mix(ink, paper, 0.07),
    };
  };

  // -- the neighbourhood of what is chosen

  // nodes and edges within some steps of a node, or the ends of an edge; null for all
  const nearOf = ({ node, edge }, steps) => {
    if (edge) return { nodes: new Set([nodes[edge.source], nodes[edge.target]]), edges: new Set([edge]) };
    if (!node || !steps) return null;
    const found = { nodes: new Set([node]), edges: new Set() };
    let rim = [node];
    for (let step = 0; step < steps; step += 1) {
      const next = [];
      for (const one of rim) {
        for (const tie of one.edges) {
          if (!shown.edges[tie.index]) continue;
          found.edges.add(tie);
          const other = far(tie, one);
          if (!found.nodes.has(other)) next.push(other);
          found.nodes.add(other);
        }
      }
      rim = next;
    }
    return found;
  };

  // -- sigma

  const unit = () => renderer.getGraphToViewportRatio() * renderer.getCamera().ratio;
  let scale = 1;
  const radiusOf = (node) => Math.min(Math.max(node.size * scale * 0.95, 1.5 + 2.4 * roomy), 24);

  const drawNode = (_, { node }) => {
    const { now, near } = viewer;
    const away = near && !near.nodes.has(node);
    const chosen = now.node === node;
    return {
      x: node.x, y: node.y, size: radiusOf(node) * (chosen ? 1.25 : 1),
      color: away ? colors.faint(node.entity_type) : colors.node(node.entity_type),
      hidden: !shown.nodes[node.index] || Boolean(now.only && away), zIndex: away ? 0 : chosen ? 2 : 1,
    };
  };
  const drawEdge = (_, { edge }) => {
    const { now, near } = viewer;
    const away = near && !near.edges.has(edge);
    const own = near && !away;
    const width = 1 + roomy + Math.min(2, 0.4 * Math.log2(edge.weight ?? 1));
    return {
      type: `${edge.curvature ? "curve" : "straight"}${edge.symmetric ? "" : "Arrow"}`,
      curvature: edge.curvature,
      size: now.edge === edge ? width + 1.4 : width,
      color: away ? colors.thread : own ? colors.strong(edge.relation) : colors.edge(edge.relation),
      hidden: !shown.edges[edge.index] || Boolean(now.only && away), zIndex: own ? 1 : 0,
    };
  };

  const makeGraph = () => {
    const graph = new MultiDirectedGraph();
    for (const node of nodes) graph.addNode(String(node.index), { node, x: node.x, y: node.y });
    for (const edge of edges) {
      graph.addDirectedEdgeWithKey(String(edge.index), String(edge.source), String(edge.target), { edge });
    }
    return graph;
  };

  const hasWebgl = () => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
    context?.getExtension("WEBGL_lose_context")?.loseContext(); // a browser allows only some
    return Boolean(context);
  };

  const start = () => {
    setColors();
    if (!hasWebgl()) return false;
    const head = { lengthToThicknessRatio: 3 + 1.5 * roomy, widenessToThicknessRatio: 2.4 + roomy };
    try {
      renderer = new Sigma(makeGraph(), stage, {
        nodeReducer: drawNode, edgeReducer: drawEdge, zIndex: true,
        zoomToSizeRatioFunction: (ratio) => ratio ** 0.4, renderLabels: false, defaultDrawNodeHover: () => {}, allowInvalidContainer: true, // the list is in its place
        hideEdgesOnMove: edges.length > LARGE, minEdgeThickness: 1 + 0.6 * roomy, stagePadding: 46,
        minCameraRatio: 0.005, maxCameraRatio: 2.5, zoomDuration: still.matches ? 0 : 200,
        doubleClickZoomingDuration: still.matches ? 0 : 200,
        edgeProgramClasses: {
          straight: EdgeRectangleProgram, straightArrow: createEdgeArrowProgram(head),
          curve: createEdgeCurveProgram(),
          curveArrow: createEdgeCurveProgram({ arrowHead: { extremity: "target", ...head } }),
        },
      });
    } catch {
      return false;
    }
    scale = unit();
    listen();
    return true;
  };

  // with the next frame, however often it is called before
  const refresh = () => renderer?.refresh({ schedule: true });

  // -- names

  const discOf = (node) => {
    const data = renderer.getNodeDisplayData(String(node.index));
    if (!data || data.hidden) return null;
    const { x, y } = renderer.graphToViewport(node);
    return { x, y, radius: renderer.scaleSize(data.size) };
  };
  const hovered = { node: null, edge: null };
  const showLabels = () => {
    const { now, near } = viewer;
    const marked = [hovered.node, now.node, hovered.edge, now.edge];
    if (now.edge) marked.push(nodes[now.edge.source], nodes[now.edge.target]);
    if (hovered.edge) marked.push(nodes[hovered.edge.source], nodes[hovered.edge.target]);
    viewer.drawLabels({
      discOf, ranked, near, marked: [...new Set(marked)].filter(Boolean),
      bold: new Set([hovered.node, now.node]), colors, roomy,
    });
  };

  // -- the pointer

  const edgeAt = (event) => {
    const corners = [[0, 0], [1, 0], [0, 1]].map(([x, y]) => renderer.graphToViewport({ x, y }));
    const [zero, right, up] = corners;
    const spot = (node) => [
      zero.x + node.x * (right.x - zero.x) + node.y * (up.x - zero.x),
      zero.y + node.x * (right.y - zero.y) + node.y * (up.y - zero.y),
    ];
    const seen = (edge) => shown.edges[edge.index] && (!viewer.now.only || viewer.near.edges.has(edge));
    return viewer.nearestEdge(event, spot, seen);
  };

  const listen = () => {
    const at = (key) => nodes[Number(key)];
    const hover = (node, edge) => {
      if (hovered.node === node && hovered.edge === edge) return;
      Object.assign(hovered, { node, edge });
      stage.style.cursor = node || edge ? "pointer" : "";
      showLabels();
    };
    renderer.on("afterRender", showLabels);
    renderer.on("enterNode", ({ node }) => hover(at(node), null));
    renderer.on("leaveNode", () => hover(null, null));
    renderer.on("moveBody", ({ event }) => hovered.node || hover(null, edgeAt(event)));
    renderer.on("clickNode", ({ node }) => viewer.select({ node: at(node) }));
    renderer.on("clickStage", ({ event }) => viewer.select({ edge: edgeAt(event) }));
    renderer.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      viewer.select({ node: at(node) }, { only: true });
    });
    dark.addEventListener("change", () => {
      setColors();
      refresh();
    });
    new ResizeObserver(() => {
      const { width, height } = renderer.getDimensions();
      // nothing to draw on where the list is in its place
      if (!stage.clientWidth || (stage.clientWidth === width && stage.clientHeight === height)) return;
      renderer.resize();
      refresh();
    }).observe(stage);
  };

  // -- the camera

  const animate = (state) => renderer?.getCamera().animate(state, { duration: still.matches ? 0 : 400 });
  // show these nodes, all for none; closer: `most` of the whole at most, around the first of them
  const fit = (chosen = null, most = 1.5) => {
    if (!renderer || !stage.clientWidth) return;
    if (!chosen?.size) {
      animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
      return;
    }
    const spots = [...chosen].map((node) => renderer.graphToViewport(node));
    const [xs, ys] = [spots.map(({ x }) => x), spots.map(({ y }) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const { width, height } = renderer.getDimensions();
    const { ratio } = renderer.getCamera();
    const zoom = Math.max((right - left) / (width - 220), (bottom - top) / (height - 140), 0.02 / ratio);
    const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
    const least = Math.min(1, 4 / Math.sqrt(nodes.length)); // two nodes need not fill the stage
    const center = ratio * zoom > most ? spots[0] : middle;
    animate({
      ...renderer.viewportToFramedGraph(center), ratio: Math.min(Math.max(ratio * zoom, least), most),
    });
  };
  const zoom = (factor) => animate({ ratio: (renderer?.getCamera().ratio ?? 1) * factor });
  const pan = (x, y) => {
    const camera = renderer?.getCamera();
    if (camera) animate({ x: camera.x + x * camera.ratio * 0.15, y: camera.y + y * camera.ratio * 0.15 });
  };

  // where a node is on the screen, in pixels from the window's corner
  const placeOf = (id) => {
    const node = viewer.ids.get(id);
    if (!renderer || !node) return null;
    const { x, y } = renderer.graphToViewport(node);
    const { left, top } = stage.getBoundingClientRect();
    return { x: left + x, y: top + y };
  };

  Object.assign(viewer, { startDrawing: start, refresh, nearOf, fit, zoom, pan, placeOf });
})();
