"""The pictures of an evaluation, as SVG elements for inside a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from zonekg.graph.labels import drawable
from zonekg.report.pictures.confidence import draw_reliability, draw_thresholds
from zonekg.report.pictures.drawing import drawing_style, to_svg
from zonekg.report.pictures.errors import draw_classes, draw_confusion
from zonekg.report.pictures.scores import draw_scores, draw_slice
from zonekg.scoring.counts import ALL

__all__ = ["draw_pictures"]

Numbers = Mapping[str, Any]


def draw_pictures(numbers: Numbers) -> dict[str, Markup]:
    """All pictures of `Evaluation.numbers` by name, "" for those that have nothing to show.

    By task ``scores-TASK``, ``classes-TASK``, ``confusion-TASK``, ``reliability-TASK``,
    ``thresholds-TASK`` and ``slice-TASK-N`` for the N-th dimension of the slices. The ids inside
    begin with the picture's name, so that a page holds several. Same numbers, same text.
    """
    out: dict[str, Markup] = {}
    with drawing_style():
        for task in ("entities", "relations"):
            errors, sure = numbers["errors"][task], numbers["confidence"][task][ALL]
            figures = {
                "scores": draw_scores(numbers[task]),
                "classes": draw_classes(errors["classes"]),
                "confusion": draw_confusion(errors["confusion"]),
                "reliability": draw_reliability(sure),
                "thresholds": draw_thresholds(sure),
            }
            texts = {
                "scores": f"F1 of {task} by label with 95% intervals",
                "classes": f"Errors of {task} by label and class",
                "confusion": f"Confusion of {task}: gold in rows, predicted in columns",
                "reliability": f"Reliability of the confidence of {task}",
                "thresholds": f"Scores of {task} by threshold on the confidence",
            }
            for name, figure in figures.items():
                out[f"{name}-{task}"] = to_svg(figure, f"{name}-{task}", texts[name])
            overall = numbers[task]["strict"][ALL]["f"]
            for n, (dimension, buckets) in enumerate(numbers["slices"].get(task, {}).items()):
                name, text = f"slice-{task}-{n}", f"F1 of {task} by {drawable(dimension)}"
                out[name] = to_svg(draw_slice(buckets, overall), name, text)
    return out
