"""Tuning of the sentence encoder: what is meant alike in the pack moves together. See `sentence_model`.

One pass over the sentences with their classes: a text's vector is to lie near the vector of its class. The
weights then go only `SHARE` of the way from the general model to the tuned one (Wortsman and others, Robust
fine-tuning of zero-shot models, 2022): all the way, sentences about other things are understood worse.
"""

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

SHARE = 0.5
BATCH, RATE, CLASS_RATE = 32, 3e-5, 1e-3
WARM_UP = 60
"""Steps in which the rate rises to its full height; from there it falls to a twentieth."""

SHARPNESS, SMOOTHING = 16.0, 0.05
POOL = 20
"""Batches among whose sentences those of like length are put together."""

Rows = list[tuple[str, str]]


def tune(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Rows) -> None:
    """Tune the model in place to rows of (class, sentence)."""
    general = {name: value.clone() for name, value in model.state_dict().items()}
    train(model, tokenizer, rows)
    mixed = {
        name: torch.lerp(general[name], value, SHARE) if value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(mixed)
    model.eval()


def train(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Rows) -> None:
    """Go through all rows once. Word embeddings stay as they are: the pack knows few words."""
    torch.manual_seed(1)
    names = sorted({label for label, _ in rows})
    wanted = torch.tensor([names.index(label) for label, _ in rows])
    texts = [text for _, text in rows]
    classes = torch.nn.Parameter(_centres(model, tokenizer, texts, wanted, len(names)))
    model.train()
    model.embeddings.requires_grad_(requires_grad=False)
    moving = [value for value in model.parameters() if value.requires_grad]
    groups = [{"params": moving, "lr": RATE}, {"params": [classes], "lr": CLASS_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = -(-len(texts) // BATCH)

    def pace(step: int) -> float:
        return min(1.0, step / WARM_UP) * max(0.05, 1 - step / steps)

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, pace)
    for step, batch in enumerate(_batches(texts)):
        vectors = vectors_of(model, tokenizer, [texts[at] for at in batch])
        nearness = SHARPNESS * vectors @ torch.nn.functional.normalize(classes, dim=1).T
        loss = torch.nn.functional.cross_entropy(nearness, wanted[batch], label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 50 == 0:
            print(f"step {step} of {steps}, loss {loss.item():.2f}", flush=True)


def vectors_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> torch.Tensor:
    """Return the mean over the pieces of each text, at unit length, (texts, size)."""
    given = tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
    hidden = model(**given).last_hidden_state
    mask = given["attention_mask"][..., None].float()
    return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)


def _centres(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: list[str],
    wanted: torch.Tensor,
    classes: int,
) -> torch.Tensor:
    """Return the middle of each class as the general model has it, (classes, size): where training begins."""
    model.eval()
    centres = torch.zeros(classes, model.config.hidden_size)
    with torch.no_grad():
        for batch in _batches(texts):
            vectors = vectors_of(model, tokenizer, [texts[at] for at in batch])
            centres.index_add_(0, wanted[batch], vectors)
    return torch.nn.functional.normalize(centres, dim=1)


def _batches(texts: list[str]) -> list[list[int]]:
    """Return all numbers of texts in batches, by chance, but those of like length together."""
    rng = np.random.default_rng(1)
    order = rng.permutation(len(texts)).tolist()
    batches = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lambda at: len(texts[at]))
        some = [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
        batches += [some[at] for at in rng.permutation(len(some))]
    return batches
