import numpy as np
import pytest
import spacy
from spacy.training import Example
from thinc.api import Adam, Model, fix_random_seed

from zonekg.components.project_states.features import ROWS, samples
from zonekg.components.project_states.net import build_state_net
from zonekg.components.project_states.rules import Rules
from zonekg.docs import project_states, set_project_states
from zonekg.states import STATUSES, Event, ProjectState

BODIES = {
    "[[P1|甲项目]]花开满园。": "completed",
    "[[P1|甲项目]]图纸上墙。": "planned",
    "[[P1|甲项目]]红旗招展。": "under_construction",
}
"""Words that no rule knows."""


@pytest.fixture
def pipeline():
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_project_states")
    return nlp


@pytest.fixture
def examples(pipeline, marked):
    def example(body, status):
        gold = marked(body, date="2025")
        set_project_states(gold, {0: ProjectState(status)})
        return Example(pipeline.make_doc(gold.text), gold)

    return [example(*row) for row in BODIES.items()]


@pytest.fixture
def trained(pipeline, examples):
    fix_random_seed(1)
    pipeline.initialize(lambda: examples)
    sgd = Adam(0.01)
    for _ in range(30):
        losses = pipeline.update(examples, sgd=sgd)
    assert losses["zonekg_project_states"] < 0.3
    return pipeline


def statuses(pipe, doc):
    return [state.status for state in project_states(pipe(doc)).values()]


def test_untrained_it_follows_the_rules(pipeline, marked):
    doc = pipeline(marked("[[P1|甲项目]]已投产。"))
    assert [state.status for state in project_states(doc).values()] == ["completed"]


def test_a_doc_without_projects_has_no_states(trained):
    assert project_states(trained("甲区集中开工。")) == {}


def test_it_learns_what_no_rule_knows(trained, marked):
    pipe = trained.get_pipe("zonekg_project_states")
    assert [statuses(pipe, marked(body)) for body in BODIES] == [[s] for s in BODIES.values()]


def test_a_status_of_the_net_alone_stands_at_the_mention(trained, marked):
    doc = trained.get_pipe("zonekg_project_states")(marked("昨天，[[P1|甲项目]]红旗招展。"))
    (state,) = project_states(doc).values()
    assert doc.text[state.start : state.end] == "甲项目"


def test_events_stay_below_the_status(trained, marked, monkeypatch):
    pipe = trained.get_pipe("zonekg_project_states")
    doc = marked("2月，[[P1|甲项目]]签约，3月5日动工。", date="2025-03-20")
    for status, dates in (("signed", ["2025-02"]), ("started", ["2025-02", "2025-03-05"])):
        scores = np.eye(len(STATUSES))[[STATUSES.index(status)]]
        monkeypatch.setattr(Model, "predict", lambda *_, scores=scores: scores)
        (state,) = pipe.predict([doc])[0].values()
        assert (state.status, [event.date for event in state.events]) == (status, dates)


def test_it_is_the_same_after_it_was_stored(trained, marked, tmp_path):
    trained.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    pipes = [nlp.get_pipe("zonekg_project_states") for nlp in (trained, again)]
    body = "[[P1|甲项目]]花开，[[P2|乙项目]]红旗招展。"
    assert len({str(pipe.predict([marked(body)])) for pipe in pipes}) == 1


def test_what_ships_is_half_as_large_and_says_the_same(trained, examples, marked, tmp_path):
    pipe = trained.get_pipe("zonekg_project_states")
    docs = [marked(body) for body in BODIES]
    before = pipe.model.predict([next(iter(samples(doc, Rules(doc)).values())) for doc in docs])
    size = len(pipe.model.to_bytes())
    pipe.finish_training(trained, examples)
    trained.to_disk(tmp_path)
    pipe = spacy.load(tmp_path).get_pipe("zonekg_project_states")
    assert len(pipe.model.to_bytes()) < 0.6 * size
    after = pipe.model.predict([next(iter(samples(doc, Rules(doc)).values())) for doc in docs])
    assert after.dtype == np.float32
    np.testing.assert_allclose(after, before, atol=0.01)
    assert [statuses(pipe, marked(body)) for body in BODIES] == [[x] for x in BODIES.values()]


def test_documents_without_states_are_skipped(pipeline, examples, marked):
    bare = Example(pipeline.make_doc("甲"), marked("[[P1|甲项目]]投产。"))
    pipeline.initialize(lambda: [bare])
    pipe = pipeline.get_pipe("zonekg_project_states")
    assert not pipe.cfg["trained"]
    assert pipe.update([bare], sgd=Adam(0.01)) == {"zonekg_project_states": 0.0}
    pipeline.initialize(lambda: [bare, *examples])
    before = pipe.model.to_bytes()
    pipe.update([bare], sgd=Adam(0.01))
    assert pipe.model.to_bytes() == before


def test_scores_are_of_documents_with_states(pipeline, marked):
    gold = marked("[[P1|甲项目]]投产。", date="2025")
    mine = pipeline.get_pipe("zonekg_project_states")(gold.copy())
    event = Event("completed", "2024")
    pipe = pipeline.get_pipe("zonekg_project_states")
    assert pipe.score([Example(mine, gold)]) == {"states_acc": None, "events_f": None}
    set_project_states(gold, {0: ProjectState("completed", events=(event,))})
    assert pipe.score([Example(mine, gold)]) == {"states_acc": 1.0, "events_f": 0.0}


def test_samples_see_the_text_without_names(marked):
    docs = [marked(f"[[P1|{name}项目]]投产。") for name in ("甲乙", "丙丁")]
    one, other = (samples(doc, Rules(doc))[0] for doc in docs)
    assert np.array_equal(one.characters, other.characters)
    assert np.array_equal(one.facts, other.facts)
    assert one.characters.max() < ROWS


def test_the_gradients_of_the_net_are_right(marked):
    fix_random_seed(3)
    doc = marked("昨天，[[P1|甲项目]]投产，[[P2|乙项目]]签约。")
    rows = list(samples(doc, Rules(doc)).values())
    model = build_state_net(width=8, heads=2, hidden=5, dropout=0.0, blank_rate=0.0)
    model.initialize()
    scores, backprop = model.begin_update(rows)
    weights = np.random.default_rng(0).normal(size=scores.shape).astype(np.float32)
    backprop(weights)
    for node in model.walk():
        for name in node.param_names:
            value, gradient = node.get_param(name), node.get_grad(name).copy()
            at = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
            ends = []
            for step in (0.01, -0.02):
                value[at] += step
                ends.append(float((model.predict(rows) * weights).sum()))
            value[at] += 0.01
            assert (ends[0] - ends[1]) / 0.02 == pytest.approx(gradient[at], rel=0.05)
