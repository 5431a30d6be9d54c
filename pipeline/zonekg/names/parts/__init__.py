"""What names are made of: place, brand, trade and legal form; kind and level; capacity, phase."""

from zonekg.names.parts.companies import CompanyName, company_name, is_parent
from zonekg.names.parts.parks import ParkName, park_name
from zonekg.names.parts.projects import ProjectName, phases, project_name
from zonekg.names.parts.words import in_order, is_descriptive, plain

__all__ = [
    "CompanyName",
    "ParkName",
    "ProjectName",
    "company_name",
    "in_order",
    "is_descriptive",
    "is_parent",
    "park_name",
    "phases",
    "plain",
    "project_name",
]
