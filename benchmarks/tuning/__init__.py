"""Tuning of the recogniser's weights to what people say about cramps; made once, not a part of the program.

    .venv/bin/python -m benchmarks.tuning.sentences OTHER.txt SAID.json
    .venv/bin/python -m benchmarks.tuning.voices SAID.json SPOKEN
    python -m venv tuner
    tuner/bin/pip install torch transformers onnxruntime numpy moonshine-voice==0.0.73
    tuner/bin/python -m benchmarks.tuning.train SPOKEN
    .venv/bin/python -m benchmarks.tuning.export SPOKEN/tuned

OTHER.txt holds sentences about other things, one a line, so that the network does not forget them; the
present weights were made with 3,800 out of Debian's package `fortunes`. Nothing of what benchmarks and tests
measure is learnt from: no sentence of theirs, no recording of a person, and few of their voices: Piper's is
among the teachers, flite's kal is the speaker of festival's kal_diphone, and of eSpeak's accents there are
other speakers. The present weights were made with an earlier form of these scripts: a new run gives others.
"""
