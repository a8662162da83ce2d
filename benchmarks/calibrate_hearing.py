r"""Fits the confidence that a sentence held to the grammar is right, and shows how well it is calibrated.

    .venv/bin/python -m benchmarks.calibrate_hearing --orders DIR --unrelated DIR --questions FILE.jsonl \
        --noise NOISE.flac [--json OUT.json] [--picture OUT.png]

Three kinds of sound: spoken orders (in the format of `speech_to_intent`), sentences of the English pack and
questions from a file of rows with text, intent, slots and urgency, both spoken by the voices of the tests;
and speech about other things. With and without noise. Of recordings only the half for development is used; on
half of all sounds the weights are fitted that the calibration of the other half is shown with.
Prints the weights for `voice_skill/hearing/confidence.py`, and draws the reliability diagram: how often
sentences of each confidence are right.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import figures
from benchmarks.orders import is_for_development, read_grammar
from tests.voices import VOICES, speak
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.evaluation import add_noise
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.held import GrammarHearing
from voice_skill.hearing.moonshine_model import MoonshineModel, packaged_weights
from voice_skill.hearing.spelling import spoken_words
from voice_skill.understanding.templates import Template, expand
from voice_skill.understanding.understander import Understander

Floats = npt.NDArray[np.float64]
Judge = Callable[[str], bool]


@dataclass
class Case:
    """kind: for the table. figures: of the evidence. right: the held sentence means what was meant."""

    kind: str
    figures: tuple[float, ...]
    right: bool
    free_right: bool


class Hearing:
    """One grammar and the bias that goes with it, on the shared model."""

    def __init__(self, model: MoonshineModel, grammar: Grammar, bias: WordBias) -> None:
        self.grammar, self._model, self._bias = grammar, model, bias
        self._held = GrammarHearing(model, grammar)
        self._gate = SpeechGate()

    def case(self, kind: str, sound: Sound, judge: Judge) -> Case | None:
        """Return what a sound teaches; None where no sentence comes near or one is plainly heard."""
        samples = self._gate.trim(sound.at(SAMPLE_RATE).samples)
        if len(samples) < SAMPLE_RATE // 5:
            return None
        sounds = samples.astype(np.float32) / np.float32(32768)
        started = self._model.start(self._model.encode(sounds))
        free, nearest = self._held.hear(sounds, started, self._bias)
        if not nearest or nearest[0].evidence is None:
            return None
        held, text = nearest[0], self._model.tokenizer.decode(free.tokens)
        return Case(kind, nearest[0].evidence.figures, judge(held.text), judge(text))


def order_cases(hearing: Hearing, folder: Path, noise: Sound, most: int) -> Iterator[Case | None]:
    rows = [json.loads(line) for line in (folder / "data.jsonl").read_text().splitlines()]
    rows = [row for row in rows if is_for_development(Path(row["audio"]).name)][:most]
    for number, row in enumerate(rows):
        sound = _mixed(read_audio(folder / row["audio"]), noise, (None, 12, 6)[number % 3], number)

        def judge(text: str, slots: dict[str, str] = row["slots"]) -> bool:
            readings = hearing.grammar.read(spoken_words(text))
            return bool(readings) and dict(readings[0].slots) == slots

        yield hearing.case("order", sound, judge)


def spoken_cases(
    hearing: Hearing, kind: str, rows: list[dict[str, object]], understander: Understander, noise: Sound
) -> Iterator[Case | None]:
    for number, row in enumerate(rows):
        sound = speak(str(row["text"]), VOICES[number % len(VOICES)])
        sound = _mixed(sound, noise, (None, 10)[number // 2 % 2], number)
        yield hearing.case(kind, sound, lambda text, row=row: _means(understander, text, row))


def unrelated_cases(hearing: Hearing, folder: Path, most: int) -> Iterator[Case | None]:
    files = [path for path in sorted(folder.iterdir()) if is_for_development(path.name)]
    files.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    for path in files[:most]:
        yield hearing.case("unrelated", read_audio(path), lambda _: False)


def sampled_rows(pack: Pack, understander: Understander, n: int) -> list[dict[str, object]]:
    """Return sentences that the pack's templates yield, and what they mean."""
    rng = random.Random(11)
    lists = {
        name: [said for texts in values.values() for text in texts for said in expand(text)]
        for name, values in pack.slots.items()
    }
    templates = [Template(text) for of in pack.phrases.values() for text in of.phrases]
    rows: list[dict[str, object]] = []
    for _ in range(n):
        text = rng.choice(templates).sample(rng, lists)
        meaning = understander.understand(text)
        rows.append(
            {"text": text, "intent": meaning.intent, "slots": dict(meaning.slots), "urgency": meaning.urgency}
        )
    return rows


def _means(understander: Understander, text: str, row: dict[str, object]) -> bool:
    got = understander.understand(text)
    if row["intent"] == "out_of_scope":
        return got.intent in (None, "out_of_scope")
    slots = row["slots"]
    assert isinstance(slots, dict)
    grave = {"emergency", "urgent"}
    return (
        got.intent == row["intent"]
        and all(got.slots.get(slot) == value for slot, value in slots.items())
        and (got.urgency in grave) == (row["urgency"] in grave)
    )


def _mixed(sound: Sound, noise: Sound, snr: float | None, seed: int) -> Sound:
    return sound if snr is None else add_noise(sound.at(SAMPLE_RATE), noise, snr, seed)


def fit(cases: list[Case], ridge: float = 0.1) -> Floats:
    """Return the weights of a logistic regression, found by Newton's method."""
    x = np.array([case.figures for case in cases])
    y = np.array([case.right for case in cases], float)
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + ridge * weights
        hessian = (x.T * (p * (1 - p))) @ x + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def reliability(cases: list[Case], weights: Floats) -> list[dict[str, float]]:
    """Return for each tenth of confidence how many sentences there are, what is stated, and what is true."""
    p = 1 / (1 + np.exp(-np.array([case.figures for case in cases]) @ weights))
    right = np.array([case.right for case in cases])
    rows = []
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if inside.any():
            n, true = int(inside.sum()), int(right[inside].sum())
            interval = figures.wilson(true, n)
            rows.append(
                {
                    "n": n,
                    "stated": float(p[inside].mean()),
                    "right": true / n,
                    "low": interval[0],
                    "high": interval[1],
                }
            )
    return rows


def draw(path: Path | None, rows: list[dict[str, float]]) -> None:
    n = sum(int(row["n"]) for row in rows)
    with figures.picture(path, f"Confidence of sentences held to a grammar (n={n}, not fitted on)") as axes:
        if axes is None:
            return
        stated, right = [row["stated"] for row in rows], [row["right"] for row in rows]
        errors = [
            [max(0.0, row["right"] - row["low"]) for row in rows],
            [max(0.0, row["high"] - row["right"]) for row in rows],
        ]
        axes.plot([0, 1], [0, 1], "k--", label="perfectly calibrated")
        axes.errorbar(stated, right, yerr=errors, fmt="o-", capsize=3, label="measured, 95 %")
        axes.set_xlabel("confidence stated")
        axes.set_ylabel("share right")
        axes.legend()


def show(cases: list[Case], weights: Floats) -> None:
    """Print how often sentences of each confidence are right, and what a threshold would do."""
    p = 1 / (1 + np.exp(-np.array([case.figures for case in cases]) @ weights))
    right = np.array([case.right for case in cases])
    free = np.array([case.free_right for case in cases])
    kinds = np.array([case.kind for case in cases])
    rows = reliability(cases, weights)
    print("     n  stated   right  95 % interval")
    for row in rows:
        print(
            f"{row['n']:6}  {row['stated']:6.1%}  {row['right']:6.1%}  [{row['low']:.1%}, {row['high']:.1%}]"
        )
    error = sum(row["n"] * abs(row["stated"] - row["right"]) for row in rows) / len(cases)
    print(f"expected calibration error {error:.1%}")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        cells = "   ".join(
            f"{kind} {int(np.where(p > threshold, right, free)[kinds == kind].sum())}"
            f" (taken {(p[kinds == kind] > threshold).sum()})"
            for kind in dict.fromkeys(kinds)
        )
        print(f"above {threshold:.1f} taken, else free; right: {cells}")
    print("free alone; right:", {kind: int(free[kinds == kind].sum()) for kind in dict.fromkeys(kinds)})
    print("of", {kind: int((kinds == kind).sum()) for kind in dict.fromkeys(kinds)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("orders", "unrelated", "questions", "noise"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--most", type=int, default=300, help="sounds of each kind")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    model = MoonshineModel(packaged_weights())
    pack = load_pack("en")
    understander = Understander(pack.phrases, pack.slots, pack.red_flags)
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE)
    orders = Hearing(model, read_grammar(options.orders / "grammar.yaml")[0], WordBias(model.tokenizer))
    grammar = Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)
    cramps = Hearing(model, grammar, WordBias(model.tokenizer, grammar.words))
    questions = [json.loads(line) for line in options.questions.read_text().splitlines()][: options.most]
    cases = [
        case
        for found in (
            order_cases(orders, options.orders, noise, options.most),
            spoken_cases(
                cramps, "inside", sampled_rows(pack, understander, options.most), understander, noise
            ),
            spoken_cases(cramps, "question", questions, understander, noise),
            unrelated_cases(cramps, options.unrelated, options.most),
        )
        for case in found
        if case is not None
    ]
    random.Random(3).shuffle(cases)
    weights = fit(cases[::2])
    show(cases[1::2], weights)
    rows = reliability(cases[1::2], weights)
    draw(options.picture, rows)
    every = fit(cases)
    figures.write(
        options.json,
        {
            "data": "half for development; a random half of the cases, which the weights are not fitted on",
            "n": len(cases[1::2]),
            "reliability": rows,
            "weights": [round(float(weight), 3) for weight in every],
            "cases": [[case.kind, *case.figures, case.right, case.free_right] for case in cases],
        },
    )
    print("weights of all:", [round(float(weight), 2) for weight in every])


if __name__ == "__main__":
    main()
