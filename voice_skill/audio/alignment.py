"""Where in what is played the microphone is: one sound card's samples, counted in the other's.

The cards count their samples exactly, but say at what time a sample was heard only to some 10 ms, and under a
sound server may be wrong by that for seconds: an echo filter that is led by such stamps removes nothing. So
the samples are counted; the stamps tell where to begin, and when something was lost. What is left are two
crystals that run apart, which the filter sees itself: the echo comes later and later than it foresaw, or
earlier and earlier. A filter that has taken the echo away knows better than stamps: they may be wrong by
30 ms for long.
"""

from voice_skill.audio.frames import SAMPLE_RATE

AVERAGED_S = 5.0
"""Stamps are averaged over so long."""

AWAY = 400.0
"""Samples, 25 ms, by which their average may differ from the count; then something was lost, and they are
believed."""

FAR_AWAY, PROVEN_AWAY = 800.0, 1600.0
"""The same of a single stamp: 50 ms, and 100 ms once a filter has taken the echo away."""

UNUSED = 16.0
"""The same of the average while no filter has learnt anything yet that would be wrong afterwards."""

SPARE, FARTHEST_BACK = 16.0, 400.0
"""Samples by which the place goes back further than it must, where more was asked for than is known yet, and
by which it does at most: 25 ms."""

BORNE_S = 0.5
"""What is not known yet counts as silence, once a filter has learnt from these places, and not for longer."""

FASTEST = 5.0
"""Samples in a second, 300 ppm: no two crystals are further apart."""

SHIFTS, DRIFTS = 3.0, 4.0
"""For an echo that comes a sample late, the place goes back by so many samples in a second, and the drift
changes by so many samples a second: a loop of second order. Of 50 ppm two thirds are known after three
seconds of speech, nine tenths after ten; somebody who speaks at the same time does not move it."""

LOCKED_S, LEAST_DRIFTS = 10.0, 0.3
"""After so long the drift changes half as fast, and then slower and slower, down to this: over a minute of
silence nothing but the drift so far is known."""

ONE_CARD = 0.08
"""Samples in a second, 5 ppm: less is no drift, but a microphone and a loudspeaker of one card."""

UNSURE_DRIFT, SURER_S = 0.5, 3.0
"""How wrong the drift may be before there was any echo; after so long half of that, and so on."""

ASTRAY = 3.0
"""Samples by which the place may be wrong after a silence and a filter still be of use."""


class Alignment:
    """The place in what is played, in samples; for one opening of the devices."""

    def __init__(self) -> None:
        self.drift = 0.0
        """Samples in a second by which the loudspeaker's clock is faster than the microphone's."""
        self.jumps = 0
        """How often the place was changed under a filter, by what stamps say: never exactly enough for it."""
        self._place: float | None = None
        self._off = self._stamped = 0.0  # of stamps, on average, and of how many seconds
        self._wrong = 0.0  # by which they are known to be off
        self._lead = 0.0  # by which it begins earlier than stamps say, if so much is known
        self._room = float("inf")  # so much earlier is known; the least of the last second or so
        self._known_drift = 0.0  # when the place was known to be right
        self._back = 0.0  # behind what stamps say, because no more was known
        self._followed = 0.0  # seconds of echo
        self._short_s = 0.0  # for which more was asked for than is known

    def go_on(
        self, stamped: float, count: int, known: float, *, used: bool, proven: bool = False
    ) -> tuple[float, float]:
        """Return the places where the next `count` samples of the microphone begin and end.

        stamped: where they begin by their time stamp. known: as far as it is known what is played. They end
        no later, unless that is a matter of BORNE_S, or they would begin too early. used: a filter has learnt
        from these places. proven: it has taken the echo away there; then only a stamp that is PROVEN_AWAY is
        believed, or `lost` tells.
        """
        seconds = count / SAMPLE_RATE
        corrected = stamped - self._back - self._wrong
        room = max(-AWAY, known - count - SPARE - stamped)
        self._room = min(room, self._room + AWAY * seconds)
        limit = PROVEN_AWAY if proven else FAR_AWAY
        if self._place is None or abs(corrected - self._place) > limit:
            self.jumps += self._place is not None
            lead = max(0.0, min(self._lead, self._room))
            self._place = corrected = stamped + lead
            self._off, self._stamped, self._back, self._wrong = 0.0, 0.0, 0.0, -lead
            self.drift = self._known_drift if proven else self.drift
        self._stamped += seconds
        share = min(1.0, seconds / min(AVERAGED_S, self._stamped)) if count else 0.0
        self._off += share * (corrected - self._place - self._off)
        if abs(self._off) > (AWAY if used else UNUSED) and not proven:
            self._place, self._off = self._place + self._off, 0.0
            self.jumps += 1
        short = self._place + count - known
        self._short_s = self._short_s + seconds if short > 0 else 0.0
        stalled = short > FARTHEST_BACK  # no more goes out at all
        if short > 0 and not stalled and self._back < FARTHEST_BACK and (not used or self._short_s > BORNE_S):
            back = min(short + SPARE, FARTHEST_BACK - self._back)
            self._place, self._back = self._place - back, self._back + back
            self.jumps += used
        begin = self._place
        self._place = begin + count + (self.drift if abs(self.drift) > ONE_CARD else 0.0) * seconds
        return begin, self._place

    def confirm(self) -> None:
        """Take the count to be right, since the echo is where it was foreseen, and the stamps to be wrong."""
        self._wrong, self._off = self._wrong + self._off, 0.0
        self._known_drift = self.drift

    def lost(self) -> None:
        """Begin anew: samples were lost, and no stamp was so far off to tell it, or the stamps were wrong.

        What is played is shown to the filter as early as it is known, since an echo that comes before what is
        played cannot be foreseen.
        """
        self._place, self.drift, self._lead, self._short_s = None, self._known_drift, AWAY, 0.0

    def suppose(self, drift: float) -> None:
        """Take a drift that the stamps tell, as long as no echo has told another."""
        if not self._followed:
            self.drift = min(FASTEST, max(-FASTEST, drift))

    def astray(self, silence_s: float) -> bool:
        """Tell whether after so long a silence the place may be wrong: two crystals, not yet known well."""
        unsure = UNSURE_DRIFT / (1 + self._followed / SURER_S)
        return abs(self.drift) > ONE_CARD and silence_s * unsure > ASTRAY

    def follow(self, late: float, seconds: float) -> None:
        """Take in that for some seconds the echo came `late`, in samples, by what the filter foresaw."""
        self._followed += seconds
        gain = max(LEAST_DRIFTS, DRIFTS / (1 + self._followed / LOCKED_S))
        self.drift = min(FASTEST, max(-FASTEST, self.drift - gain * late * seconds))
        if self._place is not None:
            self._place -= SHIFTS * late * seconds
