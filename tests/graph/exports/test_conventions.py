from pathlib import Path

from zonekg.graph import exports
from zonekg.graph.exports.conventions import ATTRIBUTES, FORMS, column_order, declared, document
from zonekg.graph.tables import EDGE_COLUMNS, NODE_COLUMNS


def test_the_document_has_the_tables_of_the_code():
    text = Path(exports.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert text.endswith("\n\n" + document())
    for name in exports.FORMATS:
        assert name in text.lower() or name == "html"


def test_every_type_has_a_form_in_every_format():
    formats = {"GraphML", "GEXF", "CSV", "Neo4j", "Parquet", "JSON"}
    assert all(set(forms) == formats for forms in FORMS.values())
    assert {row.type for row in ATTRIBUTES if row.name != "*"} == set(FORMS)
    assert all(bool(row.joint) == (row.type == "list") for row in ATTRIBUTES)
    assert all(row.meaning and row.on in ("node", "edge") for row in ATTRIBUTES)


def test_money_is_never_a_float():
    assert declared("node", "total_investment_cny").type == "double"
    assert declared("node", "total_investment_cny_max").type == "double"
    assert FORMS["double"] == dict.fromkeys(("GraphML", "GEXF", "Neo4j"), "double") | {
        "CSV": "number", "Parquet": "DOUBLE", "JSON": "number"
    }  # fmt: skip


def test_a_name_goes_before_a_pattern_and_the_others_have_one_place():
    assert declared("node", "amounts_evidence").joint == " || "
    assert declared("node", "tax_text").joint == "; "
    assert declared("edge", "tax_text") is None
    for order, on in ((NODE_COLUMNS, "node"), (EDGE_COLUMNS, "edge")):
        assert order == column_order(on)
        assert order.count("*") == 1
        assert len(order) == len(set(order))


def test_every_column_of_the_sample_is_in_the_table(flat):
    rows = [("node", data) for _, data in flat.nodes(data=True)]
    rows += [("edge", data) for *_, data in flat.edges(data=True)]
    assert [name for on, data in rows for name in data if declared(on, name) is None] == []
