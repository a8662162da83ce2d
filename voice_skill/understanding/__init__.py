"""What was meant: intents, slots, red flags, confidence."""

from voice_skill.understanding.meaning import Candidate, Context, Meaning
from voice_skill.understanding.understander import Understander

__all__ = ["Candidate", "Context", "Meaning", "Understander"]
