"""What a run may make of a small article, drawn; and all that a graph holds, to compare."""

import copy

from hypothesis import strategies as st

from zonekg.states import Event, ProjectState

NAMES = [
    ("康佳集团", "阳泉高新区", "年产10万吨高性能钠离子电池材料产业化项目", "3亿元"),
    ("康佳集团有限公司", "阳泉高新技术产业开发区", "（一期）工程", "5亿至8亿美元"),
    ("市发改委", "高新区", "（一期）工程", "3亿元"),
]
FACTS = [
    "O1 INVESTS_IN P1", "P1 LOCATED_IN K1", "O1 COOPERATES_WITH K1", "K1 COOPERATES_WITH O1",
    "P1 TOTAL_INVESTMENT M1", "K1 TAX M1", "O1 BUILDS P1", "O1 LOCATED_IN K1",
]  # fmt: skip

STATES = [
    ProjectState(),
    ProjectState("started", 4, 6, (Event("started", "2024-05-09"),)),
    ProjectState("completed", 2, 3, (Event("completed", "2024"), Event("signed", "2023"))),
]

accounts = st.fixed_dictionaries(
    {
        "names": st.sampled_from(NAMES),
        "rows": st.sets(st.sampled_from(FACTS), max_size=4),
        "source": st.sampled_from(["a.txt", "b.txt"]),
        "date": st.sampled_from(["", "2024-05-10", "2024"]),
        "title": st.sampled_from(["标题", "另一个标题"]),
        "score": st.sampled_from([0.25, 0.5, 1.0]),
        "state": st.sampled_from([None, *STATES]),
    }
)
"""What a run made of a small article; two may disagree on one article."""


def content(graph):
    return copy.deepcopy(
        (
            graph.graph,
            dict(graph.nodes(data=True)),
            {
                (head, tail, key): data
                for head, tail, key, data in graph.edges(keys=True, data=True)
            },
        )
    )
