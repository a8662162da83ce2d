"""What to answer: packs and the dialog itself, a pure function. Knows nothing of sound, threads or clocks."""
