"""When a sample was really heard: a count of samples, held to the noisy time stamps of a sound card."""

LOST_S = 0.03
"""A stamp so far off is no noise: samples were lost, or the device slept."""

USUAL_NOISE_S = 1e-3
LEAST_NOISE_S = 5e-5
"""How far stamps are off: as is supposed at first, and at least."""

NOISE_MEMORY_S = 2.0

USUAL_DRIFT = 1e-4
"""How much faster or slower than its rate a card runs: crystals are that good."""

WANDERS = 1e-7
"""How much that changes within a second: crystals get warm."""


class SampleClock:
    """The time of each sample of one stream, steadier than its stamps.

    A card's samples come at a rate that is constant to a few parts in ten thousand, while its stamps are off
    by milliseconds. A Kalman filter of offset and pace weighs both, with the stamps' noise measured by the
    way: exact stamps are followed at once, bad ones averaged over many seconds.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self.restart()

    def restart(self) -> None:
        """Forget everything: the next stamp is taken as it is."""
        self._now: float | None = None
        self._begin()

    def _begin(self) -> None:
        self.pace = 1.0
        """Seconds that pass while a second's worth of samples comes."""
        self._noise = USUAL_NOISE_S**2
        self._unsure = USUAL_NOISE_S**2  # variance of the time
        self._unsure_pace = USUAL_DRIFT**2
        self._both = 0.0  # their covariance

    @property
    def now(self) -> float:
        """Return the time of the next sample; 0.0 before the first."""
        return self._now or 0.0

    @property
    def noise_s(self) -> float:
        """Return how far off the stamps are, in seconds, as a standard deviation."""
        return float(self._noise**0.5)

    def lost(self, stamp: float) -> bool:
        """Tell whether samples that are heard at `stamp` do not follow on those before."""
        return self._now is None or abs(stamp - self._now) > LOST_S

    def take(self, count: float, stamp: float) -> float:
        """Return the time of the first of the next `count` samples. stamp: what the card says it is."""
        if self.lost(stamp):
            self._begin()
            self._now = stamp
        begin = self.now
        length = count / self._rate
        off = stamp - begin
        self._noise += min(1.0, length / NOISE_MEMORY_S) * (off * off - self._noise)
        spread = self._unsure + max(self._noise, LEAST_NOISE_S**2)
        weight, pace_weight = self._unsure / spread, self._both / spread
        corrected = begin + weight * off
        self.pace += pace_weight * off
        self._unsure_pace -= pace_weight * self._both - WANDERS**2 * length
        self._both *= 1 - weight
        self._unsure *= 1 - weight
        self._unsure += 2 * length * self._both + length * length * self._unsure_pace
        self._both += length * self._unsure_pace
        self._now = corrected + length * self.pace
        return begin
