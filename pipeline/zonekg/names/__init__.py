"""Names of organisations, parks and projects: normal forms, parts, and which may be one thing.

``keys``: the form that spellings share; ``parts``: what a name is made of; ``divisions``: China's
places; ``short``: which short name may stand for which full one; ``contradictions``: why two names
can't be of one thing.
"""

from zonekg.names.contradictions import contradiction
from zonekg.names.keys import is_generic_park, name_key, org_kind
from zonekg.names.parts import (
    CompanyName,
    ParkName,
    ProjectName,
    company_name,
    park_name,
    project_name,
)
from zonekg.names.short import is_abbreviation, is_short_for

__all__ = [
    "CompanyName",
    "ParkName",
    "ProjectName",
    "company_name",
    "contradiction",
    "is_abbreviation",
    "is_generic_park",
    "is_short_for",
    "name_key",
    "org_kind",
    "park_name",
    "project_name",
]
