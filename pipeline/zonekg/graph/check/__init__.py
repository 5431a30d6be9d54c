"""Do Gephi and other readers open a file as it is meant? Checks by rules, for GraphML and GEXF."""

from __future__ import annotations

from pathlib import Path

from zonekg.graph.check.gexf import check_gexf
from zonekg.graph.check.graphml import check_graphml
from zonekg.graph.check.rules import GEXF_RULES, RULES
from zonekg.graph.check.scan import Finding

__all__ = ["GEXF_RULES", "RULES", "Finding", "check_gexf", "check_graph", "check_graphml"]


def check_graph(path: str | Path, *, repeated: bool = False) -> list[Finding]:
    """`check_gexf` of a file named ``.gexf``, `check_graphml` of all others."""
    check = check_gexf if Path(path).suffix.lower() == ".gexf" else check_graphml
    return check(path, repeated=repeated)
