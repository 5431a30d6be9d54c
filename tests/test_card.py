"""The card that is written beside a model."""

import json
import re
import shutil

import pytest

from zonekg.annotate.corpus import file_digests
from zonekg.annotate.records import read_records, record_lines
from zonekg.card import write_card
from zonekg.errors import AnnotationError, InputError, ModelError


@pytest.fixture(scope="module")
def gold(root, tmp_path_factory):
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    records = [row for _, row in read_records(root / "annotations" / "test" / "test.jsonl")][:6]
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


@pytest.fixture
def copy(model_path, tmp_path):
    """A copy of the model without its card."""
    target = tmp_path / "zh_copy"
    shutil.copytree(model_path, target)
    for name in ("README.md", "scores.json"):
        (target / name).unlink(missing_ok=True)
    return target


def test_the_card_tells_what_its_numbers_tell(copy, gold):
    steps = []
    card = write_card(copy, [gold], progress=lambda *step: steps.append(step))
    assert card == copy / "README.md"
    assert steps[-1] == (gold.as_posix(), 6, 6)
    text = card.read_text(encoding="utf-8")
    scores = json.loads((copy / "scores.json").read_text(encoding="utf-8"))
    assert scores["command"] == f"zonekg card {copy} {gold}"
    assert scores["command"] in text
    (numbers,) = scores["results"]
    assert (numbers["trained_on"], numbers["chose_the_model"]) == (0, False)
    assert "chose the checkpoint" not in text
    lines = text.splitlines()
    for title, row in (
        ("entities", numbers["entities"]["strict"]["micro"]),
        ("entities, relaxed", numbers["entities"]["relaxed"]["micro"]),
        ("relations, end to end", numbers["relations"]["strict"]["micro"]),
        ("relations, gold entities", numbers["relations"]["gold entities"]["micro"]),
    ):
        (line,) = (line for line in lines if line.startswith(f"| **{title}** |"))
        cells = [cell.strip() for cell in line.split("|")[2:-1]]
        low, high = row["interval"]["f"]
        assert cells == [
            *(f"{row[key]:.1f}" for key in "prf"),
            f"{low:.1f} to {high:.1f}",
            str(row["predicted"]),
            str(row["gold"]),
        ]
    first = numbers["errors"]["gains"][0]
    assert f"{first['count']} errors, {first['gain']:.1f} points" in text
    assert f"micro {numbers['confidence']['entities']['micro']['ece']:.3f}" in text
    assert not re.search(r"\bnan\b|None", text)


def test_a_label_that_nobody_has_is_no_zero(copy, gold, tmp_path):
    bare = tmp_path / "bare.jsonl"
    rows = [{"id": "a", "text": "今天下雨，路上没有人。", "entities": [], "relations": []}]
    bare.write_text("".join(record_lines(rows)), encoding="utf-8")
    text = write_card(copy, [bare]).read_text(encoding="utf-8")
    assert re.search(r"^\| TAX \| – \| – \| – \|  \| 0 \| 0 \|$", text, re.M)
    assert "What costs most" not in text


def test_documents_that_the_model_learnt_from_are_refused_whatever_their_file_is_called(
    copy, root, tmp_path
):
    seen = tmp_path / "other_name.jsonl"
    lines = (root / "annotations" / "train" / "train.jsonl").read_text(encoding="utf-8")
    seen.write_text("".join(lines.splitlines(keepends=True)[:2]), encoding="utf-8")
    with pytest.raises(ModelError, match=r"other_name\.jsonl: the model was trained on 2 of its"):
        write_card(copy, [seen])
    assert not (copy / "README.md").exists()
    assert not (copy / "scores.json").exists()


def test_documents_that_chose_the_checkpoint_are_named(copy, root, tmp_path):
    name = root / "annotations" / "dev" / "dev.jsonl"
    meta = json.loads((copy / "meta.json").read_text(encoding="utf-8"))
    chosen = tmp_path / "dev.jsonl"
    chosen.write_text("".join(name.read_text(encoding="utf-8").splitlines(keepends=True)[:1]))
    assert "chose the checkpoint" not in write_card(copy, [chosen]).read_text(encoding="utf-8")
    meta["zonekg"]["dev_data"] = file_digests(chosen)
    (copy / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    assert "chose the checkpoint" in write_card(copy, [chosen]).read_text(encoding="utf-8")


def test_a_card_without_documents_is_refused_and_the_old_one_stays(copy, tmp_path):
    (copy / "README.md").write_text("the old card", encoding="utf-8")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"empty\.jsonl: no documents in it"):
        write_card(copy, [empty])
    assert (copy / "README.md").read_text(encoding="utf-8") == "the old card"


def test_sections_go_into_the_card(copy, gold, tmp_path):
    section = tmp_path / "table.md"
    section.write_text("## Steps\n\n| a | b |\n", encoding="utf-8")
    text = write_card(copy, [gold], sections=[section]).read_text(encoding="utf-8")
    assert f"--section {section}" in text
    assert text.index("## Steps\n\n| a | b |\n") < text.index("## Limits")
    with pytest.raises(InputError, match=r"nothing\.md: can't be read"):
        write_card(copy, [gold], sections=[tmp_path / "nothing.md"])


def test_the_card_tells_the_size(copy, gold):
    text = write_card(copy, [gold]).read_text(encoding="utf-8")
    size = float(re.search(r"^- Size: ([\d.]+) MB$", text, re.M)[1])
    files = [
        f for f in copy.rglob("*") if f.is_file() and f.name not in ("README.md", "scores.json")
    ]
    assert size == pytest.approx(sum(f.stat().st_size for f in files) / 1e6, abs=0.05)
