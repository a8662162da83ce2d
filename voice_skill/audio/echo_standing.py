"""Whether an echo filter is where the echo is, told by what it takes away."""

ENOUGH_DB = 6.0
"""A filter that makes the echo so much softer works."""

RIGHT_S = 0.5
"""One that works for so much speech of its own knows better than time stamps where its echo is."""

WORSE_DB, WORSE_S = -0.5, 0.3
"""One that makes what is heard louder, for so long, is in the wrong place. In the right place it takes the
echo away under anybody's voice, however loud: that is never less than 0 dB."""

USELESS_DB, USELESS_S = 1.0, 4.0
"""One that takes away so little for so long is there, too, or has no echo to take away."""


class Standing:
    """What is known of one filter. Seconds are those in which its loudspeaker was heard.

    patience_s: after so long without use it is given up.
    """

    def __init__(self, patience_s: float = USELESS_S) -> None:
        self.patience_s = patience_s
        self.proven = False
        """Whether it has ever taken the echo away."""
        self._works_s = self._worse_s = self._useless_s = 0.0

    @property
    def right(self) -> bool:
        """Tell whether it takes the echo away."""
        return self._works_s >= RIGHT_S

    @property
    def lost(self) -> bool:
        """Tell whether it takes no echo away: no more, or not yet after a long time."""
        return (self.proven and self._worse_s >= WORSE_S) or self._useless_s >= self.patience_s

    def take(self, removed_db: float, seconds: float) -> None:
        """Take in by how much the echo is softer, and for how long it was heard since the last call."""
        self._works_s = self._works_s + seconds if removed_db >= ENOUGH_DB else 0.0
        self._worse_s = self._worse_s + seconds if removed_db < WORSE_DB else 0.0
        self._useless_s = self._useless_s + seconds if removed_db < USELESS_DB else 0.0
        self.proven |= self.right

    def pause(self) -> None:
        """Ask for new evidence, after a silence in which samples may have been lost."""
        self._works_s = 0.0
