"""Where the committed annotations are, and how a test reads them."""

from pathlib import Path

from zonekg.annotate.records import read_records

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "annotations"
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def rows(name):
    return [record for _, record in read_records(FOLDER / name)]
