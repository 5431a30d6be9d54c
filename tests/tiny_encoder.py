"""Tiny pretrained encoders as folders, in the two shapes that a Chinese one comes in."""

from string import ascii_letters, digits

import numpy as np
import spacy
import torch
from thinc.api import fix_random_seed
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast, PreTrainedTokenizerFast

from zonekg.encoder.conversion.packed import Packed, Shape
from zonekg.encoder.conversion.vocabulary import SPACE, SPECIALS, Piece, build_tokenizer
from zonekg.encoder.net import TaggingNet, pretrained, quiet

torch.set_num_threads(1)  # nets this small gain nothing by two, and lose much on a busy machine

SETTINGS = {"layers": 0, "width": 16, "char_width": 8, "dropout": 0.0, "mixed_precision": False}
POSITIONS = 260
TAGS = 9

_CHARACTERS = sorted(
    set("太行世纪在阳泉高新区建设电池项目昨日吕梁经开与利汽车中国签约现场热烈省商务厅指导晋城招")
)
_MARKS = [*"。，：！“”（）<>/,.!-%()", *digits, *ascii_letters]
_WORDS = ["项目", "高新区", "汽车", "建设", "世纪", "12", "2024"]
_FORMS = {"，": ",", "（": "(", "）": ")", "\u3000": " ", "\n": " ", "Ａ": "A", "１": "1"}


def word_piece(folder):
    """As the published Chinese BERTs: WordPiece, a piece for each character, [CLS] and [SEP]."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_MARKS, *_CHARACTERS]
    pieces += ["##" + mark for mark in _MARKS] + ["zone", "##kg"]
    ids = {piece: i for i, piece in enumerate(pieces)}
    BertTokenizerFast(vocab=ids, do_lower_case=True).save_pretrained(folder)
    return _save_net(folder, len(ids))


def unigram(folder):
    """As our converted encoder: Unigram, pieces of several characters, <s> and ▁ before all."""
    marks = [mark for mark in _MARKS if mark not in _FORMS]
    texts = [*SPECIALS, SPACE, *marks, *_CHARACTERS, *_WORDS]
    scores = [-1000.0 if text in SPECIALS else -3.0 - len(text) / 10 for text in texts]
    pieces = [
        Piece(text, i, score) for i, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]
    shape = Shape(24, 2, 2, 48, len(texts), POSITIONS, 2, 1e-12)
    packed = Packed("tiny", b"", shape, texts, np.array(scores, "float32"), _FORMS, {})
    PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(packed, pieces),
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
    ).save_pretrained(folder)
    return _save_net(folder, len(texts), pad_token_id=SPECIALS.index("<pad>"))


SHAPES = [word_piece, unigram]


def make_net(folder, characters, **changes):
    """A net on an encoder, the same each time, that has not learnt anything yet."""
    settings = {"tags": TAGS, "width": 16, "char_width": 8, "dropout": 0.0} | changes
    torch.manual_seed(6)
    return TaggingNet(pretrained(folder, 0, 0.0), characters=characters, **settings)


def pipeline(folder, window, **changes):
    """A pipeline of NER alone on an encoder."""
    settings = {"@architectures": "zonekg.Encoder.v1", "encoder": folder, **SETTINGS, **changes}
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_ner", name="ner", config={"window": window, "model": settings})
    return nlp


def learn(nlp, examples, steps=60):
    """The pipeline when it knows its examples by heart."""
    fix_random_seed(1)
    sgd = nlp.initialize(lambda: examples)
    sgd.learn_rate = 0.01
    for _ in range(steps):
        nlp.update(examples, sgd=sgd)
    return nlp


def tokenizer_json(folder):
    """What `Segmenter` takes, from an encoder's folder."""
    return Tokenizer.from_file(f"{folder}/tokenizer.json").to_str()


def _save_net(folder, rows, **changes):
    quiet()
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=rows,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=POSITIONS,
        **changes,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return str(folder)
