"""From words to meaning: red flags first, then intent and slots. Knows nothing of sound, threads or clocks."""
