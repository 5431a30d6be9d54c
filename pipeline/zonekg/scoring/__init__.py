"""Scores of predicted against gold annotations, and what lies behind them.

``counts``: precision, recall and F1 from counts by label and document; ``mentions`` and ``facts``:
what is compared, and the classes of errors; ``slices``: by length, by seen and unseen names…;
``clusters``: which mentions are one thing; ``confidence``: calibration and thresholds;
``resampling``: intervals and significance.
"""

from zonekg.scoring.counts import PRF, Table
from zonekg.scoring.facts import match_facts, score_relations
from zonekg.scoring.mentions import score_entities

__all__ = ["PRF", "Table", "match_facts", "score_entities", "score_relations"]
