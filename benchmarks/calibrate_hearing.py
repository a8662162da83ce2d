r"""Fits how sure hearing is of what it heard, and shows on other data how true that is.

    .venv/bin/python -m benchmarks.calibrate_hearing --orders DIR --unrelated DIR --noise NOISE.flac \
        --develop Q1.jsonl Q2.jsonl --report Q3.jsonl [--rows ROWS.jsonl] [--json OUT.json] \
        [--picture OUT.png]

The sounds: spoken orders (in the format of `speech_to_intent`); sentences and commands drawn from the English
pack, and questions of people (rows with text, intent, slots and urgency), spoken by the voices of the tests;
and speech about other things, the spoken orders among it. In quiet and in noise. The orders are heard by the
network as it comes, the rest as the English pack tunes it. Weights are fitted on the half of the recordings
that is for development, on the questions of --develop and on the first half of the noise; the rest is for
checking.

    held      a sentence of the grammar, where one comes near: it means what was said
    free      the free text, where it is all there is: it means what was said
    answers   what the whole program makes of it: the product of hearing's confidence and understanding's,
              of all answers about the pack's subject, with the weights that the program has now

With --check only the half for the report is heard. Prints the weights for
`voice_skill/hearing/confidence.py`, and draws the reliability diagram. ROWS.jsonl keeps what was heard, so
that a run can be broken off and taken up again.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import calibration, figures
from benchmarks.orders import Menu, Order, in_noise, is_for_development, read_orders
from tests.voices import VOICES, speak
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.dialog.words import STEERING
from voice_skill.evaluation import add_noise
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.confidence import FREE_WEIGHTS, WEIGHTS, FreeEvidence
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.held import GrammarHearing
from voice_skill.hearing.moonshine import SURE, is_part
from voice_skill.hearing.moonshine_model import MoonshineModel, packaged_weights
from voice_skill.hearing.spelling import spoken_words
from voice_skill.learning import understander_of
from voice_skill.understanding.meaning import Meaning
from voice_skill.understanding.templates import Template, expand
from voice_skill.understanding.understander import Understander

LEVELS = (None, 10.0, 5.0, 0.0)
"""Speech over noise in dB; None is quiet."""

SHORT = 2
"""Words of a command at most."""

Row = dict[str, Any]
Makes = Callable[[], Sound]
Judge = Callable[[str], Row]
"""Tells of a text whether it means what was said (`right`; None where nobody can tell), how sure
understanding is of its answer (`sure`; None where it has none), and whether that is right (`answer`)."""

Case = tuple[str, Makes, Judge]
"""Name, sound, judge; the sound is only made where it was not heard before."""


class Hearing:
    """One grammar and the bias that goes with it, on the shared model."""

    def __init__(self, model: MoonshineModel, grammar: Grammar, bias: WordBias) -> None:
        self.grammar, self._model, self._bias = grammar, model, bias
        self._held = GrammarHearing(model, grammar)
        self._gate = SpeechGate()

    def row(self, sound: Sound) -> Row:
        """Return what is heard, and what speaks for it; {} where nobody speaks."""
        samples = self._gate.trim(sound.at(SAMPLE_RATE).samples)
        if len(samples) < SAMPLE_RATE // 5:
            return {}
        sounds = samples.astype(np.float32) / np.float32(32768)
        started = self._model.start(self._model.encode(sounds))
        free, nearest, _ = self._held.hear(sounds, started, self._bias)
        text = self._model.tokenizer.decode(free.tokens)
        if not text:
            return {}
        inside = bool(nearest) and nearest[0].evidence is None
        evidence = FreeEvidence.of(free.odds, len(free.tokens), sounds, inside=inside)
        row: Row = {"free": {"text": text, "figures": evidence.figures}}
        if nearest and (told := nearest[0].evidence) is not None:
            held = nearest[0]
            part = is_part(held.words, spoken_words(text))
            row["held"] = {"text": held.text, "figures": told.figures, "part": part}
        return row


class Cases:
    """The sounds of one half ("develop" or "report"), each with its judge."""

    def __init__(self, half: str, options: argparse.Namespace) -> None:
        self._half, self._options = half, options
        self._most = options.most if half == "develop" else options.most_report
        noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE).samples
        self._seed = 11 if half == "develop" else 12
        middle = len(noise) // 2
        self._noise = Sound(noise[:middle] if half == "develop" else noise[middle:])

    def orders(self, grammar: Grammar) -> Iterator[Case]:
        for number, order in enumerate(read_orders(self._options.orders, self._half, self._most)):
            snr = (None, 12.0, 6.0)[number % 3]

            def sound(order: Order = order, snr: float | None = snr) -> Sound:
                return order.sound if snr is None else in_noise(order, self._noise, snr)

            def judge(text: str, slots: Any = order.slots) -> Row:
                readings = grammar.read(spoken_words(text))
                return {"right": dict(readings[0].slots) == slots if readings else None}

            yield order.name, sound, judge

    def sentences(self, pack: Pack, understander: Understander) -> Iterator[Case]:
        every = [text for of in pack.phrases.values() for text in of.phrases]
        yield from self._drawn(sampled(pack, every, self._most, self._seed), understander)

    def commands(self, pack: Pack, understander: Understander) -> Iterator[Case]:
        """Yield what steers a conversation, in a word or two: most of what is said to the program."""
        texts: list[str] = []
        for intent in sorted(STEERING & pack.phrases.keys()):
            drawn = sampled(pack, pack.phrases[intent].phrases, 5 * self._most, self._seed)
            short = dict.fromkeys(text for text in drawn if len(text.split()) <= SHORT)
            texts += list(short)[: self._most // 15]
        yield from self._drawn(texts, understander)

    def _drawn(self, texts: list[str], understander: Understander) -> Iterator[Case]:
        rows = [{"text": text, **_as_row(understander.understand(text))} for text in texts]
        yield from self._spoken(rows, understander)

    def questions(self, understander: Understander) -> Iterator[Case]:
        files: list[Path] = self._options.develop if self._half == "develop" else self._options.report
        rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        random.Random(5).shuffle(rows)
        yield from self._spoken(rows[: self._most], understander)

    def unrelated(self, understander: Understander) -> Iterator[Case]:
        files = [
            path
            for path in self._options.unrelated.iterdir()
            if is_for_development(path.name) == (self._half == "develop")
        ]
        files.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())

        def judge(text: str) -> Row:
            """Whatever it is taken for is wrong; where it is taken for nothing, nobody knows."""
            meaning = understander.understand(text)
            answered = meaning.intent not in (None, "out_of_scope")
            return {
                "right": False if answered else None,
                "sure": meaning.confidence if answered else None,
                "answer": False,
            }

        for order in read_orders(self._options.orders, self._half, self._most):
            yield order.name, partial(attrgetter("sound"), order), judge
        for path in files[: 3 * self._most]:
            yield path.name, partial(read_audio, path), judge

    def _said(self, text: str, number: int) -> Sound:
        sound = speak(text, VOICES[number % len(VOICES)]).at(SAMPLE_RATE)
        snr = LEVELS[number // 2 % len(LEVELS)]
        return sound if snr is None else add_noise(sound, self._noise, snr, number)

    def _spoken(self, rows: list[Row], understander: Understander) -> Iterator[Case]:
        for number, row in enumerate(rows):
            sound = partial(self._said, str(row["text"]), number)
            said = _as_row(understander.understand(row["text"]))

            def judge(text: str, row: Row = row, said: Row = said) -> Row:
                meaning = understander.understand(text)
                answered = meaning.intent not in (None, "out_of_scope")
                return {
                    "right": _means(meaning, said),
                    "sure": meaning.confidence if answered else None,
                    "answer": _means(meaning, row),
                }

            yield f"{number} {row['text']}", sound, judge


def sampled(pack: Pack, templates: list[str], n: int, seed: int) -> list[str]:
    """Return sentences that some templates of a pack yield."""
    rng = random.Random(seed)
    lists = {
        name: [said for texts in values.values() for text in texts for said in expand(text)]
        for name, values in pack.slots.items()
    }
    every = [Template(text) for text in templates]
    return [text for _ in range(n) if (text := rng.choice(every).sample(rng, lists))]


def _as_row(meaning: Meaning) -> Row:
    return {"intent": meaning.intent, "slots": dict(meaning.slots), "urgency": meaning.urgency}


def _means(got: Meaning, row: Row) -> bool:
    if row["intent"] in (None, "out_of_scope"):
        return got.intent in (None, "out_of_scope")
    grave = {"emergency", "urgent"}
    return (
        got.intent == row["intent"]
        and all(got.slots.get(slot) == value for slot, value in (row["slots"] or {}).items())
        and (got.urgency in grave) == (row["urgency"] in grave)
    )


def measured(options: argparse.Namespace) -> Iterator[Row]:
    """Yield a row for every sound; those done before are not done again."""
    done: dict[tuple[str, str, str], Row] = {}
    if options.rows and options.rows.exists():
        rows = map(json.loads, options.rows.read_text(encoding="utf-8").splitlines())
        done = {(row["half"], row["kind"], row["name"]): row for row in rows}
    pack = load_pack("en")
    understander = understander_of(pack)
    untuned = MoonshineModel(packaged_weights())
    menu = Menu.read(options.orders).grammar()
    orders = Hearing(untuned, menu, WordBias(untuned.tokenizer))
    model = MoonshineModel(packaged_weights(), tuning=pack.tuning)
    grammar = Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)
    cramps = Hearing(model, grammar, WordBias(model.tokenizer, grammar.words))
    for half in ("report",) if options.check else ("develop", "report"):
        cases = Cases(half, options)
        for kind, hearing, sounds in (
            ("order", orders, cases.orders(menu)),
            ("sentence", cramps, cases.sentences(pack, understander)),
            ("command", cramps, cases.commands(pack, understander)),
            ("question", cramps, cases.questions(understander)),
            ("unrelated", cramps, cases.unrelated(understander)),
        ):
            for name, sound, judge in sounds:
                row = done.get((half, kind, name))
                if row is None:
                    row = {"half": half, "kind": kind, "name": name, **hearing.row(sound())}
                    if options.rows:
                        with options.rows.open("a", encoding="utf-8") as file:
                            file.write(json.dumps(row) + "\n")
                for way in {"free", "held"} & row.keys():
                    row[way] |= judge(row[way]["text"])
                yield row


def _of(rows: list[Row], half: str, way: str) -> tuple[calibration.Floats, calibration.Bools]:
    """Return the figures of one way of hearing, and whether each is right, where that is known."""
    told = [row[way] for row in rows if row["half"] == half and way in row]
    if way == "free":
        told = [one for one in told if one["right"] is not None]
    return np.array([one["figures"] for one in told]), np.array([bool(one["right"]) for one in told])


def answers(rows: list[Row]) -> tuple[calibration.Floats, calibration.Bools]:
    """Return how sure the program is of its answers to the half for the report, and which are right."""
    sure: list[float] = []
    right: list[bool] = []
    for row in rows:
        if row["half"] != "report" or "free" not in row or row["kind"] == "order":
            continue
        told, held = row["free"], row.get("held")
        heard = float(calibration.probabilities(np.array(told["figures"]), FREE_WEIGHTS))
        if held and not held["part"]:
            held_sure = float(calibration.probabilities(np.array(held["figures"]), WEIGHTS))
            if held_sure >= max(SURE, heard):
                told, heard = held, held_sure
        if told["sure"] is not None:
            sure.append(told["sure"] * heard)
            right.append(bool(told["answer"]))
    return np.array(sure), np.array(right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("orders", "unrelated", "noise"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("develop", "report"):
        parser.add_argument(f"--{name}", type=Path, nargs="+", required=True, help="files of questions")
    parser.add_argument("--most", type=int, default=200, help="sounds of each kind; of other talk more")
    parser.add_argument("--most-report", type=int, default=100, help="the same of the half for the report")
    parser.add_argument("--check", action="store_true", help="fit nothing: the weights the program has now")
    parser.add_argument("--rows", type=Path, help="kept, and taken up where it broke off")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    rows = list(measured(options))
    result: dict[str, Any] = {"data": "half for the report, not fitted on", "weights": {}, "reliability": {}}
    curves = {}
    for way in ("held", "free"):
        weights = np.array(WEIGHTS if way == "held" else FREE_WEIGHTS)
        if not options.check:
            weights = calibration.fit(*_of(rows, "develop", way))
        x, right = _of(rows, "report", way)
        curves[way] = calibration.reliability(calibration.probabilities(x, weights), right)
        result["weights"][way] = [round(float(weight), 2) for weight in weights]
        print(f"weights, {way}: {result['weights'][way]}")
    curves["answers"] = calibration.reliability(*answers(rows))
    for name, bins in curves.items():
        calibration.show(name, bins)
        result["reliability"][name] = {
            "error": calibration.error(bins),
            "bins": [asdict(one) for one in bins],
        }
    result["n"] = {name: sum(one.n for one in bins) for name, bins in curves.items()}
    figures.write(options.json, result)
    calibration.draw(options.picture, "Is it as sure as it is right? Data not fitted on", curves)


if __name__ == "__main__":
    main()
