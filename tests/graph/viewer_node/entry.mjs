// What the viewer uses of the packages, under one name: the global `zonekgDrawing`.
export { createEdgeCurveProgram } from "@sigma/edge-curve";
export { MultiDirectedGraph } from "graphology";
export { Sigma } from "sigma";
export { EdgeRectangleProgram, createEdgeArrowProgram } from "sigma/rendering";
