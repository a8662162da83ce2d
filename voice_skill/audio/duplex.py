"""Microphone and loudspeaker as one, so that both can be used at once, lost together and found again."""

import contextlib
import logging
import time
from collections.abc import Callable

from voice_skill.audio.devices import rescan
from voice_skill.audio.echo import EchoCanceller
from voice_skill.audio.frames import Frame, Sound
from voice_skill.audio.loudspeaker import Loudspeaker
from voice_skill.audio.microphone import Microphone
from voice_skill.audio.playback import Playback
from voice_skill.audio.recorder import Recorder
from voice_skill.errors import EngineError, MissingError

log = logging.getLogger(__name__)

RETRY_S = 0.5
"""Between two looks for a lost device."""

SHORT_LATENCY_S = 0.04
"""The loudspeaker's buffer at first: in a conversation it is what an answer waits for."""

MOST_GAPS, WITHIN_S = 5, 60.0
LONGEST_LATENCY_S = 0.12
"""A slow machine gets a longer buffer after so many gaps in its speech in so short a time, up to this."""

CALM_S = 300.0
"""After so long without a gap the buffer is made shorter again; each time it was too short, twice as long."""

FIRST_SOUND_S = 4.0
"""A microphone that was opened and delivers nothing for so long is not back."""

Device = str | int | None


class Duplex:
    """Listens and speaks at the same time, for use in a `with` statement; for one thread.

    canceller: takes the own voice out of what is heard. recorder: records both, if there is one.
    Entering raises MissingError when there is no microphone or loudspeaker.
    """

    def __init__(
        self,
        microphone: Device,
        loudspeaker: Device,
        canceller: EchoCanceller,
        recorder: Recorder | None = None,
    ) -> None:
        self.canceller = canceller
        self.recorder = recorder
        self._wanted = microphone, loudspeaker
        self._open = contextlib.ExitStack()
        self.latency = SHORT_LATENCY_S
        """Of the loudspeaker's buffer, in seconds."""
        self._calm_s, self._calm_since = CALM_S, time.monotonic()
        self._microphone: Microphone | None = None
        self._loudspeaker: Loudspeaker | None = None
        self.raw: Frame | None = None
        """What the microphone heard last, own voice included."""

    def __enter__(self) -> "Duplex":
        self._open_both()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def read(self, timeout: float) -> Frame | None:
        """Return the next frame, cleaned; None if none came in time. Raises EngineError without a device."""
        if self._microphone is None or self._loudspeaker is None:
            raise EngineError("the sound devices are not open")
        self._loudspeaker.check()
        self.raw = self._microphone.read(timeout)
        if self.raw is None:
            return None
        cleaned = self.canceller.clean(self.raw)
        if self.recorder is not None:
            self.recorder.add(self.raw.samples, self.canceller.reference)
        return cleaned

    @property
    def can_speak(self) -> bool:
        """Tell whether the loudspeaker still takes sound, be there a microphone or not."""
        try:
            if self._loudspeaker is not None:
                self._loudspeaker.check()
        except EngineError:
            return False
        return self._loudspeaker is not None

    def start(self, sound: Sound, volume: float) -> Playback:
        """Begin to play a sound. Raises EngineError when the loudspeaker is gone."""
        if self._loudspeaker is None:
            raise EngineError("the sound devices are not open")
        return self._loudspeaker.start(sound, volume)

    @property
    def strained(self) -> bool:
        """Tell whether the loudspeaker ran dry so often that it needs a longer buffer."""
        gaps = self._loudspeaker.gaps if self._loudspeaker is not None else []
        self._calm_since = max([self._calm_since, *gaps])
        often = len(gaps) >= MOST_GAPS and gaps[-1] - gaps[-MOST_GAPS] < WITHIN_S
        return often and self.latency < LONGEST_LATENCY_S

    @property
    def rested(self) -> bool:
        """Tell whether a buffer that was made longer may be made shorter again."""
        return self.latency > SHORT_LATENCY_S and time.monotonic() - self._calm_since > self._calm_s

    def relax(self) -> None:
        """Open the devices again, the loudspeaker with a buffer twice as long. Raises as entering does."""
        self.latency = min(LONGEST_LATENCY_S, 2 * self.latency)
        self._calm_s *= 2
        self._open_again()

    def hurry(self) -> None:
        """Open the devices again with the short buffer: answers begin sooner. Raises as entering does."""
        self.latency = SHORT_LATENCY_S
        self._open_again()

    def _open_again(self) -> None:
        self._calm_since = time.monotonic()
        self._close()
        self._open_both()

    def find_again(self, wait: Callable[[float], None] = time.sleep) -> None:
        """Return when both devices are open again, be it after hours."""
        complained = ""
        while True:
            self._close()
            try:
                rescan()
                self._open_both()
                self._await_sound()
            except (MissingError, EngineError) as error:
                if str(error) != complained:
                    log.info("still without sound: %s", error)
                complained = str(error)
            except Exception as error:  # noqa: BLE001 - PortAudio's own, while a sound server restarts
                log.info("still without sound: %s", error)
            else:
                return
            wait(RETRY_S)

    def _await_sound(self) -> None:
        """Return once the microphone delivers. Raises EngineError when it opens, but stays dumb."""
        if self._microphone is None or self._microphone.read(FIRST_SOUND_S) is None:
            raise EngineError("the microphone delivers nothing")

    def _open_both(self) -> None:
        with contextlib.ExitStack() as stack:
            self.canceller.reset()
            self._loudspeaker = stack.enter_context(
                Loudspeaker(self._wanted[1], self.canceller.played.add, self.latency)
            )
            self._microphone = stack.enter_context(Microphone(self._wanted[0]))
            self._open = stack.pop_all()

    def _close(self) -> None:
        self._microphone = self._loudspeaker = None
        self._open.close()
