"""Moments of a conversation, reached by the pack's own dialog, and the few words that people say at them."""

from voice_skill.dialog.pack import Pack
from voice_skill.session import Session
from voice_skill.understanding.understander import Understander

SAID = {
    "led": (
        *("stop", "next", "repeat", "slower", "faster", "louder", "quieter", "wait", "pause", "continue"),
        *("help", "go back", "how long", "how much longer", "done", "yes", "no", "again", "thank you"),
        *("it's worse", "it's better", "it hurts", "hold on", "say that again", "next step", "stop it"),
        *("ready", "my left leg", "the other leg", "skip it", "carry on", "too fast", "speak up", "what"),
        *("it's easing", "stop please"),
    ),
    "asked where": (
        *("my foot", "my calf", "foot", "calf", "thigh", "my left calf", "my hand", "my toes", "my back"),
        *("my neck", "in my calf", "the back of my thigh", "below the knee", "the foot", "fingers"),
        *("my shoulder", "I don't know", "no idea", "both feet", "behind my knee", "stop", "my right foot"),
        *("the calf", "upper arm", "inner thigh", "right calf", "it's my toe", "repeat", "somewhere else"),
        *("above the knee", "the front of my thigh", "my arm"),
    ),
    "is it easing": (
        *("yes", "no", "it's worse", "it's better", "a bit better", "not really", "still hurts"),
        *("it's gone", "no change", "yes thank you", "the same", "stop", "next", "better", "worse"),
        *("yes a bit", "no it isn't", "nope", "yeah", "it's still there"),
    ),
    "asked about a sign": (
        *("yes", "no", "yeah", "nope", "yes I do", "no I don't", "no thanks", "not really", "yes it does"),
    ),
}
"""What is said in each of the situations."""

MOST_TIMERS = 100


def situations(pack: Pack, understander: Understander) -> dict[str, Session]:
    """Return a session in each of the situations of SAID."""
    easing = _after(pack, understander, "my calf is cramping")
    for _ in range(MOST_TIMERS):
        for timer in ("pause", "hold"):
            if easing.state.phase != "checking":
                easing.timer_ended(timer)
    return {
        "led": _after(pack, understander, "my calf is cramping"),
        "asked where": _after(pack, understander, "I have a cramp"),
        "is it easing": easing,
        "asked about a sign": _after(pack, understander, "I have just pain"),
    }


def _after(pack: Pack, understander: Understander, said: str) -> Session:
    session = Session(pack, understander)
    session.hear(session.understand(said))
    return session
