"""What the commands do."""

import json
import os
import re
import shutil
import subprocess

import pytest
from command_line import ENTRY, call, zonekg


def test_articles_as_text_and_as_json(page):
    shown = call("articles", page)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "康佳集团与阳泉高新区签约。" in shown.stdout
    (line,) = call("articles", page, "--json").stdout.splitlines()
    row = json.loads(line)
    assert (row["source"], row["encoding"], len(row["articles"])) == ("page.txt", "utf-8", 1)


def test_marks_in_a_files_name_are_printed_as_they_are(tmp_path):
    done = call("articles", tmp_path / "[red]page[/].txt")
    assert done.stderr == f"error: {tmp_path}/[red]page[/].txt: no such file or folder\n"


def test_marks_in_the_text_are_printed_as_they_are(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("[red]标题[/red]\n\n正文[bold]有[/]方括号。\n", encoding="utf-8")
    shown = call("articles", path)
    assert shown.exit_code == 0
    assert "正文[bold]有[/]方括号。" in shown.stdout
    assert "[red]标题[/red]" in shown.stdout


@pytest.fixture(scope="module")
def rows(model_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    text = "阳泉高新区提速\n\n康佳集团与阳泉高新区签约，投资建设智慧科技城项目，总投资12亿元。\n"
    (folder / "page.txt").write_text(text, encoding="utf-8")
    done = call("extract", folder / "page.txt", "-o", folder / "rows.jsonl", "-m", model_path)
    assert done.exit_code == 0, done.output
    assert f"wrote {folder / 'rows.jsonl'}: 1 articles" in done.stdout
    return folder / "rows.jsonl"


def test_extract_writes_to_stdout(rows, model_path):
    """Into a pipe, as for jq."""
    done = zonekg("extract", rows.parent / "page.txt", "--model", model_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == rows.read_text(encoding="utf-8")


def test_extract_writes_to_stdout_into_a_file(rows, model_path, tmp_path):
    with (tmp_path / "all.jsonl").open("w") as handle:
        handle.write("before\n")
        handle.flush()
        done = subprocess.run(
            [*ENTRY, "extract", str(rows.parent / "page.txt"), "--model", str(model_path)],
            check=False,
            stdout=handle,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "all.jsonl").read_text(encoding="utf-8")
    assert text == "before\n" + rows.read_text(encoding="utf-8")


def test_graph_build_and_check(rows, tmp_path):
    built = call("graph", "build", rows, rows, "--out", tmp_path / "out", "--money-nodes")
    assert built.exit_code == 0, built.output
    graph = tmp_path / "out" / "graph.graphml"
    assert f"wrote {graph}" in built.stdout
    good = call("graph", "check", graph)
    assert (good.exit_code, good.stdout) == (0, f"{graph}: no finding\n")
    text = graph.read_text(encoding="utf-8")
    graph.write_text(re.sub(r' label="\w+">', ">", text, count=1), encoding="utf-8")
    bad = call("graph", "check", graph)
    assert bad.exit_code == 3
    assert re.fullmatch(rf"{re.escape(str(graph))}:\d+: edge-label: .+\n", bad.stdout)


def test_run_pages_and_remove(page, model_path, tmp_path):
    out, name = tmp_path / "out", "第1版[a].txt"
    page.rename(tmp_path / name)
    page.write_text("晋城\n\n富康集团在晋城经开区建设光通讯产业园项目。\n", encoding="utf-8")
    ran = call("run", tmp_path, "--out", out, "--model", model_path)
    assert ran.exit_code == 0, ran.output
    assert f"{out / 'zonekg.duckdb'}: 2 pages, 2 articles; 2 pages read now" in ran.stdout
    page.write_text("晋城\n\n2024年5月10日，晋城经开区招商。\n", encoding="utf-8")
    ran = call("run", page, "--out", out, "--model", model_path)
    assert "2 pages, 2 articles; 1 pages read now\nreplaced page.txt: the file has" in ran.stdout
    assert "another model" not in ran.stdout
    listed = call("pages", out)
    assert listed.exit_code == 0
    first, second, total = listed.stdout.splitlines()
    pattern = r"{}: 1 articles, .*, model [0-9a-f]{{8}}, release \d+\.\d+\.\d+"
    assert re.fullmatch(pattern.format(r"page\.txt"), first)
    assert re.fullmatch(pattern.format(re.escape(name)), second)
    assert total == "2 pages, 2 articles"
    built = call("graph", "build", out / "zonekg.duckdb", "--out", tmp_path / "built")
    assert built.exit_code == 0, built.output
    for path in (tmp_path / "built").iterdir():
        assert path.read_bytes() == (out / path.name).read_bytes()
    removed = call("remove", out, name)
    assert removed.exit_code == 0, removed.output
    assert f"wrote {out / 'graph.graphml'}" in removed.stdout
    assert "康佳" not in (out / "graph.graphml").read_text(encoding="utf-8")
    gone = call("remove", out, name)
    assert gone.exit_code == 1
    assert f"no page of the name {name}; 'zonekg pages' lists" in gone.stderr


def test_pages_of_another_model_are_told_of(page, model_path, tmp_path, monkeypatch):
    (tmp_path / "b.txt").write_bytes(page.read_bytes())
    call("run", tmp_path, "--out", tmp_path / "out", "--model", model_path)
    monkeypatch.setattr("zonekg.line.__version__", "99.0.0")
    ran = call("run", page, "--out", tmp_path / "out", "--model", model_path)
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.count("1 pages come from another model or release of zonekg; to read") == 1


def test_graph_export(rows, tmp_path):
    done = call("graph", "export", rows, "-f", "gexf", "-f", "neo4j", "-f", "csv", "-o", tmp_path)
    assert done.exit_code == 0, done.output
    names = ["graph.gexf", "neo4j/nodes.csv", "neo4j/relationships.csv", "neo4j/import.cypher",
             "nodes.csv", "edges.csv"]  # fmt: skip
    assert done.stdout.splitlines()[:6] == [f"wrote {tmp_path / name}" for name in names]
    assert "neo4j-admin database import full" in done.stdout
    assert "Don't merge" not in done.stdout
    assert call("graph", "check", tmp_path / "graph.gexf").exit_code == 0


def test_graph_export_of_statements_says_how_gephi_takes_them(rows, tmp_path):
    done = call("graph", "export", rows, "--raw", "--out", tmp_path)
    assert done.stdout.startswith(f"wrote {tmp_path / 'graph.graphml'}\n")
    assert "'Edges merge strategy' to 'Don't merge'" in done.stdout
    assert call("graph", "check", "--raw", tmp_path / "graph.graphml").exit_code == 0


def test_annotations_check(root, tmp_path):
    good = call("annotations", "check", root / "annotations" / "seeds")
    assert good.exit_code == 0
    assert "no fault" in good.stdout
    assert good.stderr == ""
    path = tmp_path / "bad.jsonl"
    entity = {"id": 1, "label": "ORG", "start_offset": 0, "end_offset": 4}
    rows = [{"id": "a", "text": "甲公司 ", "entities": [entity], "relations": []}, {"id": "a"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    bad = call("annotations", "check", path)
    assert bad.exit_code == 3
    assert f"{path}:1: [a] ORG 1 ends on a space 「甲公司 」" in bad.stdout
    assert f"{path}:2: [a] document id already used in line 1" in bad.stdout
    assert bad.stderr == "error: 3 faults\n"


def test_annotations_convert_both_ways(root, tmp_path):
    gold = root / "annotations" / "seeds" / "gold.jsonl"
    inline, back = tmp_path / "gold.txt", tmp_path / "gold.jsonl"
    assert call("annotations", "convert", gold, inline).exit_code == 0
    assert "[[K1|" in inline.read_text(encoding="utf-8")
    done = call("annotations", "convert", inline, back)
    assert (done.exit_code, done.stdout) == (0, f"wrote {back}\n")
    assert call("annotations", "agree", gold, back).stdout.count("100.00") >= 5


def test_annotations_agree_writes_its_tables(root, tmp_path):
    a, b = (root / "annotations" / "seeds" / f"annotator-{x}.jsonl" for x in "ab")
    done = call("annotations", "agree", a, b, "--json", tmp_path / "agree.json")
    assert done.exit_code == 0, done.output
    assert "13 documents, " in done.stdout
    written = json.loads((tmp_path / "agree.json").read_text(encoding="utf-8"))
    assert written["documents"] == 13
    for part in ("entities", "relations", "same_as"):
        assert f"{written[part]['micro']['f']:.2f}" in done.stdout


def test_annotations_audit(root, tmp_path):
    done = call("annotations", "audit", root / "annotations")
    assert done.exit_code == 0, done.output
    folder = tmp_path / "corpus"
    (folder / "dev").mkdir(parents=True)
    shutil.copy(root / "annotations" / "dev" / "dev.jsonl", folder / "dev")
    target = tmp_path / "open.tsv"
    done = call("annotations", "audit", folder, "--open", target)
    assert done.exit_code == 3
    head, *lines = target.read_text(encoding="utf-8").splitlines()
    assert f"error: {len(lines)} open findings" in done.stderr
    assert all(line.split("\t")[0] in done.stdout for line in lines)
    reviewed = folder / "reviewed.tsv"
    reviewed.write_text("\n".join([head, *(f"{line}because" for line in lines)]), encoding="utf-8")
    assert call("annotations", "audit", folder).exit_code == 0
    (folder / "dev" / "dev.jsonl").write_text("{}\n", encoding="utf-8")
    done = call("annotations", "audit", folder)
    assert done.exit_code == 3
    assert "expected a non-empty string" in done.stdout
    assert "mend them first" in done.stderr
    assert "closed findings" not in done.stdout


QUICK = [
    f"--set={key}={value}"
    for key, value in {
        "components.ner.model.width": 8, "components.ner.model.rows": 50,
        "components.ner.model.dilations": [1], "training.max_steps": 2,
        "training.eval_frequency": 1,
    }.items()
]  # fmt: skip


def test_curve_and_doubts(root, tmp_path):
    config, gold = root / "configs" / "ner_cnn.cfg", root / "annotations" / "seeds" / "gold.jsonl"
    small = tmp_path / "small.jsonl"
    lines = gold.read_text(encoding="utf-8").splitlines(keepends=True)
    small.write_text("".join(lines[:4]), encoding="utf-8")
    done = call(
        "curve", config, "--output", tmp_path / "curve", "--train", small, "--dev", small,
        "--share", "0.5", "--share", "1", "--work", tmp_path / "work", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    curve = json.loads((tmp_path / "curve.json").read_text(encoding="utf-8"))
    assert [row["documents"] for row in curve["points"]] == [2, 4]
    assert (tmp_path / "curve.png").stat().st_size > 1000
    done = call(
        "annotations", "doubts", config, small, "--output", tmp_path / "doubts.jsonl",
        "--folds", "2", "--threshold", "0", "--work", tmp_path / "doubts", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = [
        json.loads(line)
        for line in (tmp_path / "doubts.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert f"{len(rows)} doubts" in done.stdout
    assert {"doc", "side", "what", "sentence", "confidence"} <= rows[0].keys()


def test_evaluate(root, model_path, tmp_path):
    gold = root / "annotations" / "seeds" / "gold.jsonl"
    done = call("evaluate", model_path, gold, "--json", tmp_path / "scores.json")
    assert done.exit_code == 0, done.output
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert (scores["documents"], scores["gold"]) == (13, gold.as_posix())
    micro = scores["entities"]["strict"]["micro"]
    assert f"{micro['f']:.1f}" in done.stdout
    assert micro["f"] > 40


def test_compare_a_model_with_itself(root, model_path, tmp_path):
    gold = root / "annotations" / "seeds" / "gold.jsonl"
    data, page = tmp_path / "compare.json", tmp_path / "compare.html"
    done = call("compare", model_path, model_path, gold, "--json", data, "--html", page)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    numbers = json.loads(data.read_text(encoding="utf-8"))
    assert (numbers["documents"], numbers["gold"]) == (13, gold.as_posix())
    assert {"date", "command", "models"} <= numbers.keys()
    micro = numbers["entities"]["strict"]["micro"]
    assert (micro["difference"], micro["p"]) == (0.0, 1.0)
    assert f"{micro['a']['f']:.1f}" in done.stdout
    assert "no difference that could be told from chance: B 0.00 points of F1" in done.stdout
    assert "fewer errors in 0 documents, more in 0, as many in 13" in done.stdout
    assert [f"wrote {path}" in done.stdout for path in (page, data)] == [True, True]
    assert "Both models state the same mentions." in page.read_text(encoding="utf-8")


def test_output_has_no_colours_in_a_pipe(page):
    done = zonekg("articles", page, env=os.environ | {"TERM": "xterm-256color"})
    assert "\x1b" not in done.stdout + done.stderr


def test_evaluate_writes_a_page_and_the_same_numbers_as_data(root, model_path, tmp_path):
    gold = root / "annotations" / "seeds" / "gold.jsonl"
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    done = call(
        "evaluate", model_path, gold, "--html", page, "--json", data,
        "--by", "source", "--pages", root / "seeds", "--link", "https://doccano.example/{line}?q={id}",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert f"wrote {page}" in done.stdout
    assert f"wrote {data}" in done.stdout
    numbers = json.loads(data.read_text(encoding="utf-8"))
    assert (numbers["documents"], numbers["trained_on"]) == (13, 0)
    assert set(numbers["slices"]["entities"]["source"]) == {
        p.name for p in (root / "seeds").iterdir()
    }
    text = page.read_text(encoding="utf-8")
    for task, mode in (("entities", "strict"), ("relations", "gold entities")):
        row = numbers[task][mode]["micro"]
        assert f"{row['f']:.1f}" in done.stdout
        assert f"{row['f']:.1f}" in text
    first = numbers["errors"]["gains"][0]
    assert f"{first['task']}, {first['label']}: " in done.stdout
    assert "https://doccano.example/1?q=seed-000-1" in text


def test_a_link_that_could_run_a_script_is_refused(root, model_path, tmp_path):
    gold, page = root / "annotations" / "seeds" / "gold.jsonl", tmp_path / "report.html"
    done = call("evaluate", model_path, gold, "--html", page, "--link", "javascript:alert({id})")
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: link 'javascript:")
    assert list(tmp_path.iterdir()) == []


def test_evaluate_tells_when_the_model_was_trained_on_the_documents(root, model_path, tmp_path):
    seen = tmp_path / "seen.jsonl"
    lines = (root / "annotations" / "train" / "train.jsonl").read_text(encoding="utf-8")
    seen.write_text("".join(lines.splitlines(keepends=True)[:3]), encoding="utf-8")
    done = call("evaluate", model_path, seen)
    assert done.exit_code == 0
    assert "the model was trained on 3 of these documents" in done.stderr
