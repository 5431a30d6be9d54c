"""Questions to a flat graph, answered with rows: what it holds, who leads, who is tied to whom.

Each file holds one question; a row is a NamedTuple, whose fields are the columns of tables, CSV
and JSON. The graph is what `zonekg.graph.flat.flatten` makes or `read_graphml` reads.
"""

from __future__ import annotations

from zonekg.graph.questions.changes import Change, diff
from zonekg.graph.questions.links import Link, neighbors, paths
from zonekg.graph.questions.names import Candidate, find
from zonekg.graph.questions.ranking import MEASURES, Ranked, top
from zonekg.graph.questions.stats import Stat, stats

__all__ = [
    "MEASURES",
    "Candidate",
    "Change",
    "Link",
    "Ranked",
    "Stat",
    "diff",
    "find",
    "neighbors",
    "paths",
    "stats",
    "top",
]
