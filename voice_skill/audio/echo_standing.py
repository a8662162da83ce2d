"""Whether an echo filter is where the echo is, told by what it takes away."""

ENOUGH_DB = 6.0
"""A filter that makes the echo so much softer works."""

RIGHT_S = 0.5
"""One that works for so much speech of its own knows better than time stamps where its echo is."""

WORSE_DB, WORSE_S = -0.5, 0.3
"""One that makes what is heard louder, for so long, is in the wrong place. In the right place it takes the
echo away under anybody's voice, however loud: that is hardly less than 0 dB."""

DOUBT_S = 0.5
"""One whose place was changed has so long to work again: it may still know the room."""

USELESS_DB, USELESS_S = 1.0, 4.0
"""One that takes away so little for so long is there, too, or has no echo to take away. It is not judged so
under somebody else's voice, once it has worked: under a loud one, a right filter takes away no more."""

SPARED_S = 1.0
"""While nothing is heard at all, as with headphones, so much patience is left: the first word that is heard
is no reason to begin anew."""

MOST_PATIENCE_S = 32.0


class Standing:
    """What is known of one filter. Seconds are those in which its loudspeaker was heard.

    patience_s: after so long without use it is given up.
    """

    def __init__(self, patience_s: float = USELESS_S) -> None:
        self.patience_s = patience_s
        self.proven = False
        """Whether it has ever taken the echo away."""
        self._works_s = self._worse_s = self._useless_s = 0.0
        self._doubted_s = float("-inf")

    @property
    def right(self) -> bool:
        """Tell whether it takes the echo away."""
        return self._works_s >= RIGHT_S

    @property
    def lost(self) -> bool:
        """Tell whether it takes no echo away: no more, or not yet after a long time."""
        worse = self.proven and self._worse_s >= WORSE_S
        return (
            worse or self._useless_s >= self.patience_s or (self._doubted_s >= DOUBT_S and not self._works_s)
        )

    def take(self, removed_db: float, seconds: float, *, others: bool, silent: bool) -> None:
        """Take in by how much the echo is softer, and for how long it was heard since the last call.

        others: somebody else is heard. silent: nothing is heard at all.
        """
        self._works_s = self._works_s + seconds if removed_db >= ENOUGH_DB else 0.0
        self._worse_s = self._worse_s + seconds if removed_db < WORSE_DB else 0.0
        if removed_db >= USELESS_DB:
            self._useless_s = 0.0
        elif not (others and self.proven):
            self._useless_s += seconds
        if silent:
            self._useless_s = min(self._useless_s, self.patience_s - SPARED_S)
        self._doubted_s = float("-inf") if self.right else self._doubted_s + seconds
        self.proven |= self.right

    def successor(self) -> "Standing":
        """Return the standing of the filter that takes the place of one that is lost.

        Where two in a row were of no use there may be no echo: the next one gets more time.
        """
        return Standing() if self.proven else Standing(min(MOST_PATIENCE_S, 2 * self.patience_s))

    def pause(self) -> None:
        """Ask for new evidence, after a silence in which samples may have been lost."""
        self._works_s = 0.0

    def doubt(self) -> None:
        """Ask for new evidence soon, as the place was changed."""
        self._works_s = self._worse_s = self._useless_s = self._doubted_s = 0.0
