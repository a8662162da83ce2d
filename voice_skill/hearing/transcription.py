"""From a finite sound to its words: the gate finds the speech, the recogniser hears only that."""

from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.recognizer import Hypothesis, Recognizer, Transcript, Word

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
        words += [Word(word.text, word.start + offset, word.end + offset) for word in heard.words]
    text = " ".join(filter(None, texts))
    most = max(map(len, others), default=0)
    joined = (" ".join(filter(None, (of[min(n, len(of) - 1)] for of in others))) for n in range(most))
    return Transcript(
        text,
        tuple(words),
        tuple(other for other in dict.fromkeys(joined) if other not in ("", text)),
        hypotheses[0] if len(hypotheses) == 1 else (),
        confidence,
        otherwise,
    )


def recognise(recognizer: Recognizer, speech: Samples) -> Transcript:
    """Return what is said in sound that is known to be speech, such as a turn: the gate is not asked."""
    recognizer.reset()
    recognizer.accept(speech)
    return recognizer.finish()
