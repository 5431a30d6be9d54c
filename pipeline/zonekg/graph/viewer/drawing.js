"use strict";
// The drawing itself: sigma on WebGL, its colours, its camera, and what the pointer does.
(() => {
  const { viewer } = zonekg;
  const { nodes, edges, shown, part, t, colorOf, far } = viewer;
  const { Sigma, MultiDirectedGraph, createEdgeCurveProgram, createEdgeArrowProgram, EdgeRectangleProgram } = zonekgDrawing;
  const stage = part("stage");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const LARGE = 4000; // edges above which they hide while the camera moves

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
    const strength = nodes.length > 2000 ? 0.35 : nodes.length > 300 ? 0.5 : 0.7;
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
  const radiusOf = (node) => Math.min(Math.max(node.size * scale * 0.85, 2.4), 24);

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
    const width = (edges.length > LARGE ? 1 : 1.4) + Math.min(2, 0.4 * Math.log2(edge.weight ?? 1));
    return {
      type: `${edge.curvature ? "curve" : "straight"}${edge.symmetric ? "" : "Arrow"}`,
      curvature: edge.curvature,
      size: now.edge === edge ? width + 2 : own ? width + 0.6 : width,
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
    const head = { lengthToThicknessRatio: 6, widenessToThicknessRatio: 4.5 };
    try {
      renderer = new Sigma(makeGraph(), stage, {
        nodeReducer: drawNode, edgeReducer: drawEdge, zIndex: true,
        renderLabels: false, defaultDrawNodeHover: () => {}, enableEdgeEvents: true,
        hideEdgesOnMove: edges.length > LARGE, minEdgeThickness: edges.length > LARGE ? 0.8 : 1.2, stagePadding: 46,
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
    refresh();
    return true;
  };

  const refresh = () => {
    if (!renderer) return;
    renderer.refresh({ skipIndexation: false });
  };

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
      bold: new Set([hovered.node, now.node]), colors,
    });
  };

  // -- the pointer

  const listen = () => {
    const at = (key) => nodes[Number(key)];
    const hover = (change) => () => {
      Object.assign(hovered, change);
      stage.style.cursor = hovered.node || hovered.edge ? "pointer" : "";
      showLabels();
    };
    renderer.on("afterRender", showLabels);
    renderer.on("enterNode", ({ node }) => hover({ node: at(node), edge: null })());
    renderer.on("enterEdge", ({ edge }) => hover({ edge: edges[Number(edge)] })());
    renderer.on("leaveNode", hover({ node: null }));
    renderer.on("leaveEdge", hover({ edge: null }));
    renderer.on("clickNode", ({ node }) => viewer.select({ node: at(node) }));
    renderer.on("clickEdge", ({ edge }) => viewer.select({ edge: edges[Number(edge)] }));
    renderer.on("clickStage", () => viewer.select({}));
    renderer.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      viewer.select({ node: at(node) }, { only: true });
    });
    dark.addEventListener("change", () => {
      setColors();
      refresh();
    });
    new ResizeObserver(() => {
      if (!stage.clientWidth) return; // the list is in its place
      renderer.resize();
      refresh();
    }).observe(stage);
  };

  // -- the camera

  const animate = (state) => renderer?.getCamera().animate(state, { duration: still.matches ? 0 : 400 });
  // show these nodes, all for none; closer: `most` of the whole at most, around the first of them
  const fit = (chosen = null, most = 1.5) => {
    if (!renderer) return;
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
