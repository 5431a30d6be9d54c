from typing import NamedTuple, Any
class R(NamedTuple):
    graph: Any
    nodes: Any
    merges: Any = []
    unsure: Any = []
def resolve(g):
    return R(g, {n: n for n in g})
