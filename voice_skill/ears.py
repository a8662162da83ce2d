"""Hearing words: the speech gate and the chosen recogniser, put together."""

from voice_skill.audio.frames import Sound
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.recognizer import Transcript
from voice_skill.hearing.transcription import transcribe
from voice_skill.understanding.expectations import expected_phrases


class Ears:
    """Recognises finished utterances; told once what a pack expects to hear."""

    def __init__(self, settings: Settings, pack: Pack) -> None:
        self.recognizer = create_recognizer(settings.recognizer, pack.info.language, settings.models)
        self.gate = SpeechGate()
        self._pack = pack

    def load(self) -> None:
        """Open the models. Raises MissingError when one is not there."""
        self.gate.load()
        self.recognizer.load()
        self.recognizer.use_phrases(
            expected_phrases(self._pack.phrases, self._pack.slots, self._pack.red_flags)
        )

    def transcribe(self, sound: Sound) -> Transcript:
        """Return what was said; the text is "" when nobody spoke."""
        return transcribe(self.recognizer, self.gate, sound)

    def close(self) -> None:
        """Free the models."""
        self.recognizer.close()
