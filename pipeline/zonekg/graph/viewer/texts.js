"use strict";
// What the page says, in Chinese and English. Elements name their text: data-t for what stands in
// them, data-t-label for what they are called (title and aria-label), data-t-hint for placeholders.
(() => {
  const TEXTS = {
    title: ["开发区知识图谱", "Graph of development zones"],
    search: ["搜索名称或别名（按 / ）", "Search names and aliases ( / )"],
    found: ["{n} 个结果", "{n} results"],
    nothing: ["没有找到", "nothing found"],
    alias: ["又名 {name}", "also {name}"],
    hiddenHere: ["被筛选隐藏", "hidden by filters"],
    graph: ["图", "Graph"],
    list: ["列表", "List"],
    language: ["English", "中文"],
    languageLabel: ["Switch to English", "切换到中文"],
    copyLink: ["复制链接", "Copy link"],
    copied: ["已复制", "Copied"],
    notCopied: ["未能复制", "Not copied"],
    filters: ["筛选", "Filters"],
    types: ["节点类型", "Types"],
    relations: ["关系", "Relations"],
    statuses: ["项目状态", "State of projects"],
    dates: ["日期", "Dates"],
    from: ["从", "from"],
    to: ["到", "to"],
    amount: ["最低金额（亿元）", "Least amount (100 million yuan)"],
    amountHint: [
      "≥ {yuan}。没有金额的，只留与其直接相连的。",
      "≥ {yuan}. Of nodes without an amount, those tied to one that has it stay.",
    ],
    confidence: ["最低置信度", "Least confidence"],
    lonely: ["隐藏没有连线的节点", "Hide nodes without edges"],
    reset: ["重置", "Reset"],
    undated: ["{n} 个没有日期的节点不显示", "{n} nodes without a date are hidden"],
    shown: [
      "显示 {nodes} / {allNodes} 个节点，{edges} / {allEdges} 条关系",
      "{nodes} of {allNodes} nodes, {edges} of {allEdges} relations shown",
    ],
    cut: [
      "全图有 {all} 个节点，本页只含连线最多的 {kept} 个；全部在 graph.graphml 中。",
      "The whole graph has {all} nodes; this page holds the {kept} with most edges. All are in graph.graphml.",
    ],
    noWebgl: [
      "这个浏览器不能绘图（没有 WebGL），所以只显示列表；搜索、筛选和原文照常可用。",
      "This browser can't draw the graph (no WebGL), so there is a list; search, filters and sentences work.",
    ],
    empty: ["图中没有节点。", "The graph has no nodes."],
    allHidden: ["筛选后没有节点。", "The filters leave no node."],
    canvas: [
      "知识图谱：方向键移动，加减号缩放，0 显示全部；用搜索框和右侧列表可到达所有节点",
      "Graph: arrow keys move, plus and minus zoom, 0 fits; search and the lists reach every node",
    ],
    zoomIn: ["放大", "Zoom in"],
    zoomOut: ["缩小", "Zoom out"],
    fit: ["显示全部（0）", "Show all (0)"],
    details: ["详情", "Details"],
    overview: ["概览", "Overview"],
    back: ["← 返回", "← Back"],
    close: ["关闭（Esc）", "Close (Esc)"],
    mostTied: ["关系最多", "Most relations"],
    mostMoney: ["金额最大", "Largest amounts"],
    keys: ["键盘", "Keyboard"],
    keyList: [
      "/ 搜索 · Tab 移动焦点 · Enter 选择 · Esc 取消 · + − 0 缩放 · F 只看周围 · L 图或列表",
      "/ search · Tab moves · Enter chooses · Esc lets go · + − 0 zoom · F surroundings only · L graph or list",
    ],
    mouse: [
      "点击节点或连线看原文；双击节点只看周围。",
      "Click a node or an edge for its sentences; double-click a node for its surroundings.",
    ],
    surroundings: ["周围", "Surroundings"],
    steps0: ["不突出", "off"],
    steps1: ["1 步", "1 step"],
    steps2: ["2 步", "2 steps"],
    only: ["只看周围（F）", "Only these (F)"],
    names: ["其他名称", "Other names"],
    status: ["状态", "State"],
    events: ["进展", "Steps"],
    planned: ["计划", "planned"],
    mentions: ["提及", "Mentions"],
    mentionCount: ["{n} 次，{articles} 篇文章", "{n} in {articles} articles"],
    date: ["日期", "Dates"],
    sure: ["置信度", "Confidence"],
    conflicts: ["说法不一", "Contradictions"],
    conflictCount: ["{n} 处，见 conflicts.csv", "{n}, see conflicts.csv"],
    amounts: ["金额", "Amounts"],
    neighbours: ["相连", "Tied to"],
    evidence: ["原文", "Sentences"],
    evidenceOf: ["原文 {n}", "{n} sentences"],
    evidenceCount: ["{n} 处，{articles} 篇文章", "{n} in {articles} articles"],
    statusEvidence: ["状态原文", "Sentences of the state"],
    sources: ["出处", "Sources"],
    others: ["其他属性", "Other attributes"],
    between: ["两者之间的其他关系", "Other relations of the two"],
    more: ["再显示 {n} 行", "{n} more rows"],
    name: ["名称", "Name"],
    type: ["类型", "Type"],
    ties: ["关系数", "Relations"],
    relation: ["关系", "Relation"],
    head: ["起点", "From"],
    tail: ["终点", "To"],
    nodes: ["节点", "Nodes"],
    edges: ["关系", "Relations"],
    licences: ["绘图：sigma、graphology（MIT）", "Drawn with sigma and graphology (MIT)"],
    "kind.company": ["企业", "company"],
    "kind.government": ["政府机构", "government"],
    "kind.institution": ["事业单位、院校", "institution"],
    "status.none": ["未说明", "not stated"],
    "status.planned": ["计划", "planned"],
    "status.signed": ["签约", "signed"],
    "status.started": ["开工", "started"],
    "status.under_construction": ["在建", "under construction"],
    "status.completed": ["建成", "completed"],
  };
  const LANGUAGES = ["zh", "en"];

  const viewer = { language: "zh" };

  // a text of the table; a key that it lacks is its own text
  const t = (key, values = {}) => {
    const text = TEXTS[key]?.[LANGUAGES.indexOf(viewer.language)] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  };

  const applyTexts = () => {
    document.documentElement.lang = viewer.language === "zh" ? "zh-CN" : "en";
    for (const item of document.querySelectorAll("[data-t]")) {
      item.textContent = t(item.dataset.t);
      delete item.dataset.said; // what a pressed copy button is to say again
    }
    for (const item of document.querySelectorAll("[data-t-label]")) {
      item.title = t(item.dataset.tLabel);
      item.setAttribute("aria-label", item.title);
    }
    for (const item of document.querySelectorAll("[data-t-hint]")) {
      item.placeholder = t(item.dataset.tHint);
    }
  };

  // 33200000000 -> 332亿元
  const trim = (value, digits) => String(Number(value.toFixed(digits)));
  const yuan = (value) => {
    const english = viewer.language === "en";
    const units = english
      ? [[1e9, " bn"], [1e6, " m"], [1, ""]]
      : [[1e8, "亿"], [1e4, "万"], [1, ""]];
    const [unit, name] = units.find(([one]) => Math.abs(value) >= one) ?? units[2];
    const number = trim(value / unit, 2);
    return english ? `CNY ${number}${name}` : `${number}${name}元`;
  };
  const percent = (value) => `${Math.round(value * 100)}%`;

  globalThis.zonekg.viewer = Object.assign(viewer, {
    t, applyTexts, yuan, percent, LANGUAGES,
  });
})();
