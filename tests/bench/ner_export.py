"""What the way from torch to ONNX int8 changes: F1 and mentions of one set of weights in each form.

    python tests/bench/ner_export.py training/NAME/checkpoint/600 OUT.json

The folder is a checkpoint of ``zonekg train``. Its averaged weights are taken: they are what ships.
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from spacy.tokens import Doc
from spacy.util import load_model

from zonekg.annotate.corpus import read_docs
from zonekg.cli.frame import made_by
from zonekg.components.encoder_net import encoder_shim
from zonekg.encoder.export import to_onnx
from zonekg.experiments import strict_scores
from zonekg.files import write_json

SETS = [Path(f"annotations/{name}") for name in ("dev", "test", "seeds/gold.jsonl")]
FORMS = ("torch", "onnx float32", "onnx int8")


def mentions(docs: Sequence[Doc]) -> set[tuple[int, int, int, str]]:
    """All mentions of all docs."""
    return {(i, e.start, e.end, e.label_) for i, doc in enumerate(docs) for e in doc.ents}


def main() -> None:
    """Score the three forms and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    nlp = load_model(args.folder / "pipeline")
    nlp.select_pipes(enable=["ner"])
    model = nlp.get_pipe("ner").model
    shim = encoder_shim(model)
    shim.learning["mixed_precision"] = False  # float32, as in the graph
    shim.load_training_state((args.folder / "shims" / "ner-0").read_bytes())
    with model.use_params({}):
        net = copy.deepcopy(shim.net)
    shim.learn(net)
    rows: dict[str, dict[str, Any]] = {path.as_posix(): {} for path in SETS}
    found: dict[tuple[str, str], set[tuple[int, int, int, str]]] = {}
    for form in FORMS:
        if form != "torch":
            shim.learner, shim.graph = None, to_onnx(net, int8="int8" in form)
            shim._session = None
        for path in SETS:
            gold, name = list(read_docs(path, nlp)), path.as_posix()
            found[form, name] = mentions(list(nlp.pipe(doc.text for doc in gold)))
            scores = {k: row["f"] for k, row in strict_scores(nlp, gold).items()}
            changed = len(found[form, name] ^ found["torch", name])
            rows[name][form] = scores | {"mentions": len(found[form, name]), "changed": changed}
            print(name, form, rows[name][form], file=sys.stderr, flush=True)
    write_json(args.target, made_by() | {"command": " ".join(["python", *sys.argv]), "sets": rows})


if __name__ == "__main__":
    main()
