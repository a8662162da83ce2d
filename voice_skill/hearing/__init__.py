"""From sound to words: the speech gate, the end of a turn, and the recognisers."""
