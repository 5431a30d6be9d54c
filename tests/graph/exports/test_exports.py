from importlib import import_module

import pytest

from zonekg.cli.export import Choice
from zonekg.errors import OutputError
from zonekg.graph.exports import FORMATS, export

# the viewer has tests of its own
WRITTEN = [name for name in FORMATS if name != "html"]


def test_the_command_offers_the_formats_that_there_are():
    assert [*FORMATS, "all"] == [choice.value for choice in Choice]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_writer(name):
    module, function = FORMATS[name].writer.split(":")
    if name == "html":
        pytest.importorskip(module)
    assert callable(getattr(import_module(module), function))


def test_all_formats_stand_in_one_folder(flat, tmp_path):
    files = export(flat, tmp_path / "out", WRITTEN)
    assert [path.relative_to(tmp_path / "out").as_posix() for path in files] == [
        "graph.graphml", "graph.gexf", "nodes.csv", "edges.csv", "neo4j/nodes.csv",
        "neo4j/relationships.csv", "neo4j/import.cypher", "nodes.parquet", "edges.parquet",
        "graph.json",
    ]  # fmt: skip
    there = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert there == sorted(files)


def test_an_unknown_format_writes_nothing(flat, tmp_path):
    with pytest.raises(ValueError, match=r"formats \['dot'\], expected some of graphml, gexf"):
        export(flat, tmp_path / "out", ["gexf", "dot"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "csv"])  # tables take it
def test_a_format_that_cannot_be_written_leaves_no_file(flat, tmp_path, name):
    flat.edges["n:01", "n:00", "r:00"]["weight"] = 0
    with pytest.raises(OutputError, match="weight 0, expected"):
        export(flat, tmp_path, [name])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_same_bytes_under_another_hash_seed(under_hash_seeds):
    script = "from zonekg.graph.exports import export; export(sample(), folder, {})"
    folders = under_hash_seeds(script.format([*WRITTEN]))
    one, two = (sorted(folder.rglob("*.*")) for folder in folders)
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.name for path, other in zip(one, two, strict=True)
            if path.read_bytes() != other.read_bytes()] == []  # fmt: skip
