import json
import os
import subprocess
import sys

import pytest
import spacy
from spacy.training import Example

from tiny_encoder import learn, pipeline, unigram
from zonekg.components.encoder_net import encoder_shim

SENTENCES = [
    "[[O1|太行世纪]]在[[K1|阳泉高新区]]建设电池项目。",
    "昨日，[[K1|吕梁经开区]]与[[O1|𠮷利汽车]]（中国）签约，\n现场热烈。",
]


@pytest.fixture(scope="module")
def roomy(tmp_path_factory, marked, nlp):
    """The folder of a pipeline as it ships, with windows that suit long docs."""
    folder = tmp_path_factory.mktemp("roomy")
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in map(marked, SENTENCES)]
    nlp = learn(pipeline(unigram(folder / "encoder"), window=240), examples)
    encoder_shim(nlp.get_pipe("ner").model).freeze()
    nlp.to_disk(folder / "model")
    return folder / "model"


def test_a_line_of_100_000_characters_without_a_mark(roomy):
    nlp = spacy.load(roomy)
    name = "太行世纪在阳泉高新区建设电池项目"
    text = name + "一" * 100_000 + name
    doc = nlp(text)
    assert doc.text == text
    assert doc.ents
    assert all(e.text == text[e.start_char : e.end_char] for e in doc.ents)
    assert (doc.ents[0].text, doc.ents[0].start_char) == ("太行世纪", 0)


def test_the_net_s_memory_does_not_grow_with_the_doc(roomy):
    """For a doc four times as long the peak grows by what its text and mentions take.

    The activations of this tiny net take some 3,000 bytes a character.
    """
    script = """
import json, sys
import spacy
from spacy.tokens import Doc
nlp = spacy.load(sys.argv[1])
ner = nlp.get_pipe("ner")
line = "昨日，吕梁经开区与汽车（中国）签约，太行世纪在阳泉高新区建设电池项目。"
def peak():
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
docs = [Doc(nlp.vocab, list(line * n), [False] * len(line * n)) for n in (20, 2300, 9200)]
peaks = []
for doc in docs:
    assert len(ner.predict([doc])[0].mentions) >= len(doc) // len(line)
    peaks.append(peak())
print(json.dumps([peaks, [len(doc.text) for doc in docs], len(docs[-1].text.encode())]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, roomy],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MALLOC_ARENA_MAX": "1"},
    )
    (_, quarter, whole), lengths, size = json.loads(done.stdout)
    assert size > 900_000
    assert (whole - quarter) / (lengths[2] - lengths[1]) < 400  # 110 were measured
