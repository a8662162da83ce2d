"""From a finite sound to its words: the gate finds the speech, the recogniser hears only that."""

from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.recognizer import Draft, HearsAhead, Hypothesis, Recognizer, Transcript, Word

MARGIN_S = 0.3
"""Kept around each stretch of speech: soft first and last sounds lie outside what the gate is sure of."""


def transcribe(recognizer: Recognizer, gate: SpeechGate, sound: Sound) -> Transcript:
    """Return what is said in a recording; Transcript("") when nobody speaks.

    Each stretch of speech between long pauses is an utterance of its own; the least sure of them makes the
    confidence. Word times count from the start of the recording. Hypotheses are told of a single stretch.
    """
    samples = sound.at(SAMPLE_RATE).samples
    texts: list[str] = []
    others: list[tuple[str, ...]] = []
    again: list[tuple[str, ...]] = []
    words: list[Word] = []
    hypotheses: list[tuple[Hypothesis, ...]] = []
    confidence = otherwise = 1.0
    for start, end in gate.spans(samples, MARGIN_S):
        heard = recognise(recognizer, samples[start:end])
        offset = start / SAMPLE_RATE
        texts.append(heard.text)
        hypotheses.append(heard.hypotheses)
        confidence, otherwise = min(confidence, heard.confidence), min(otherwise, heard.otherwise)
        others.append(heard.alternatives or (heard.text,))
        again.append(heard.again or (heard.text,))
        words += [Word(word.text, word.start + offset, word.end + offset) for word in heard.words]
    text = " ".join(filter(None, texts))
    return Transcript(
        text,
        tuple(words),
        _joined(others, text),
        hypotheses[0] if len(hypotheses) == 1 else (),
        confidence,
        otherwise,
        _joined(again, text),
    )


def recognise(recognizer: Recognizer, speech: Samples, draft: Draft = ()) -> Transcript:
    """Return what is said in sound that is known to be speech, such as a turn: the gate is not asked.

    draft: what was made out of its beginning.
    """
    recognizer.reset()
    if draft and isinstance(recognizer, HearsAhead):
        recognizer.begin_with(draft)
    try:
        recognizer.accept(speech)
        return recognizer.finish()
    finally:  # also of what was given up nothing is kept
        recognizer.reset()


def _joined(of_stretches: list[tuple[str, ...]], text: str) -> tuple[str, ...]:
    """Return whole texts from those of each stretch, the nth from all nth ones; without `text` itself."""
    most = max(map(len, of_stretches), default=0)
    whole = (" ".join(filter(None, (of[min(n, len(of) - 1)] for of in of_stretches))) for n in range(most))
    return tuple(one for one in dict.fromkeys(whole) if one not in ("", text))
