"""The audit finds what it is there for, and keeps quiet elsewhere."""

import pytest

from zonekg.annotate.audit import (
    KINDS,
    Entry,
    audit,
    composition,
    read_reviewed,
    read_splits,
    seen_rates,
    table_lines,
)
from zonekg.annotate.inline import parse_records
from zonekg.annotate.records import record_lines
from zonekg.errors import AnnotationError

CLEAN = """[[K1|昆山高新区]]签约
[[O1|沪光股份]]的[[P1|线束项目]]落户[[K1|昆山高新区]]，总投资[[M1|3亿元]]。全省各高新区有65个项目。
---
P1 LOCATED_IN K1
P1 TOTAL_INVESTMENT M1
O1 INVESTS_IN P1
"""


def entries(**documents):
    """One document a keyword, named split_number; its value is inline text and relations."""
    return [
        Entry(name.partition("_")[0], next(parse_records(f"=== {name}\n\n{body}")))
        for name, body in documents.items()
    ]


def found(kind, **documents):
    return [f for f in audit(entries(**documents)) if f.kind == kind]


def test_a_clean_document_has_no_finding():
    assert audit(entries(train_1=CLEAN)) == []


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("unmarked", "[[O1|沪光股份]]签约。沪光股份的厂房", "沪光股份 is marked elsewhere"),
        ("two labels", "[[O1|星海]]和[[O1|星海]]在[[K2|星海]]", "星海 is PARK here, else ORG"),
        (
            "split rule", "[[P1|领卓医药集团全球联动综合体项目]]开工",
            "begins with the complete name 领卓医药集团",
        ),
        (
            "split rule", "[[P1|中北高新区半导体基地项目]]开工",
            "begins with the complete name 中北高新区",
        ),
        ("split rule", "[[K1|凯泽木业产业园]][[P1|建设项目]]开工", "only 建设项目 is left behind"),
        ("amount without owner", "全区项目总投资[[M1|3亿元]]。", "nobody owns 3亿元"),
        ("amount without owner", "年纳税约[[M1|3亿元]]。", "nobody owns 3亿元"),
        (
            "project without park", "[[K1|昆山高新区]]签约\n[[P1|线束项目]]落户。",
            "线束项目 lies in no park, the article is on 昆山高新区",
        ),
    ],
)  # fmt: skip
def test_what_is_found(kind, body, problem):
    (finding,) = found(kind, train_1=body)
    assert problem in finding.problem
    assert finding.doc == "train_1"
    assert finding.quote


@pytest.mark.parametrize(
    "body",
    [
        "[[K1|高新区]]签约。国家级高新区和各高新区都来了。",
        "[[P1|凯泽木业产业园项目]]开工",
        "[[P1|凯泽木业产业园（一期）建设项目]]开工",
        "[[P1|迎泽区海旅免税超体项目]]开工",
        "[[O1|领卓医药集团]][[P1|全球联动综合体项目]]开工",
        "中标价[[M1|3亿元]]，累计完成投资[[M2|2亿元]]，利润[[M3|1亿元]]。",
        "[[K1|昆山高新区]]和[[K2|太仓港]]签约，[[P1|线束项目]]落户。",
    ],
)
def test_what_is_not_found(body):
    assert audit(entries(train_1=body)) == []


def test_a_name_marked_in_another_document():
    (finding,) = found("unmarked elsewhere", train_1="[[O1|沪光股份]]", dev_1="沪光股份落户")
    assert (finding.doc, finding.quote) == ("dev_1", "沪光股份落户")


def test_near_duplicates_and_only_those():
    text = "".join(chr(0x4E00 + i) for i in range(200))
    (finding,) = found(
        "near-duplicate", a_1=text, a_2=text[:150] + "甲乙丙", a_3=text[:30] + text[::-1]
    )
    assert finding.doc == "a_2"
    assert "with a_1" in finding.problem


def test_names_that_two_splits_share():
    shared = found(
        "leak",
        train_1="[[O1|康佳集团股份有限公司]]在[[K1|吕梁经济技术开发区]]，[[O2|市发改委]]，[[K2|高新区]]",
        dev_1="在[[K1|吕梁经开区]]，[[O2|市发改委]]，[[K2|高新区]]",
        dev_2="[[O1|康佳集团]]",
    )
    assert [f.problem for f in shared] == [
        "ORG 康佳 in train (train_1) and in dev (dev_2)",
        "PARK 吕梁经开区 in train (train_1) and in dev (dev_1)",
    ]


def test_rates_of_seen_names():
    docs = entries(
        train_1="[[O1|甲公司]]，[[K1|乙园]]",
        dev_1="[[O1|甲公司]]和[[O2|丙公司]]，[[M1|3亿元]]",
        dev_2="[[O1|甲公司]]",
    )
    assert seen_rates(docs) == {"dev": {"ORG": pytest.approx(2 / 3)}}


def test_names_of_the_gazetteers_are_names_of_train(tmp_path):
    for name, rows in (("places", "昆山\tcity"), ("products", "电机")):
        (tmp_path / f"{name}.tsv").write_text(rows + "\n", encoding="utf-8")
    (tmp_path / "companies.tsv").write_text("康佳\t康佳集团股份有限公司\n", encoding="utf-8")
    docs = entries(train_1="[[O1|康佳集团]]", dev_1="[[O1|甲公司]]")
    assert audit(docs, tmp_path) == []
    docs = entries(test_1="[[O1|康佳集团]]")
    assert [f.problem for f in audit(docs, tmp_path)] == ["康佳 is in a training gazetteer"]


def test_a_finding_opens_again_when_its_sentence_changes():
    bodies = ("总投资[[M1|3亿元]]。", "总投资[[M1|3亿元]]。甲公司", "总投资[[M1|4亿元]]。")
    one, other, third = (found("amount without owner", train_1=b)[0].key for b in bodies)
    assert len({one, other, third}) == 3
    assert one == found("amount without owner", train_1="总投资[[M1|3亿元]]。")[0].key


def write(path, *rows):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(record_lines(rows)), encoding="utf-8")


def test_splits_are_read_and_second_annotations_are_not(tmp_path):
    read = ("dev/dev", "seeds/gold", "train/train", "train/train_2")
    others = ("seeds/annotator-a", "agreement/dev-a", "dev/dev-a", "train/train_old")
    for text, name in zip("甲乙丙丁戊己庚辛", (*reversed(read), *others), strict=True):
        write(tmp_path / f"{name}.jsonl", {"id": name, "text": text})
    entries = read_splits(tmp_path)
    assert [entry.id for entry in entries] == list(read)
    assert [entry.split for entry in entries] == ["dev", "seeds", "train", "train"]
    assert audit(entries) == []
    assert composition(entries)["documents without mention"]["train"] == 2
    with pytest.raises(AnnotationError, match="no split"):
        read_splits(tmp_path / "agreement")


def test_an_id_in_two_splits_is_told(tmp_path):
    for name in ("train/train", "dev/dev"):
        write(tmp_path / f"{name}.jsonl", {"id": 1, "text": "甲", "entities": [], "relations": []})
    with pytest.raises(AnnotationError, match=r"train\.jsonl:1: document 1 again, .*dev\.jsonl"):
        read_splits(tmp_path)


@pytest.mark.parametrize("text", ["总投资[[M1|3亿元]]。", "甲\t总投资[[M1|3亿元]]\u2028乙\x85。"])
def test_a_closed_finding_needs_a_reason(text, tmp_path):
    path = tmp_path / "reviewed.tsv"
    (finding,) = found("amount without owner", train_1=text)
    head, line = table_lines([finding])
    for end in ("\n", "\r\n", "\n\n"):
        closed = "\ufeff" + (head + line.removesuffix("\n") + "of the city\n").replace("\n", end)
        path.write_bytes(closed.encode())
        assert read_reviewed(path) == {finding.key: "of the city"}
    path.write_text(head + line, encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"reviewed\.tsv:2: no reason"):
        read_reviewed(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"a\tb\n", ":1: no header"), (b"\xff\xfe", "not UTF-8"), (None, "No such file")],
)
def test_a_bad_table_of_closed_findings_is_told(content, told, tmp_path):
    if content is not None:
        (tmp_path / "reviewed.tsv").write_bytes(content)
    with pytest.raises(AnnotationError, match=told):
        read_reviewed(tmp_path / "reviewed.tsv")


def test_a_closed_finding_has_all_columns(tmp_path):
    head = "".join(table_lines([]))
    (tmp_path / "reviewed.tsv").write_text(head + "a\tb\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=":2: 2 columns; expected 6"):
        read_reviewed(tmp_path / "reviewed.tsv")


def test_every_kind_is_tested():
    source = __import__("pathlib").Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []
