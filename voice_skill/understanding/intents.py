"""Names of intents that every pack has."""

from voice_skill.understanding.words import listed

STEERING = listed(
    "next previous repeat slower faster louder quieter pause resume stop start_over help yes no better "
    "not_better time_left thanks"
)
"""Intents that steer a conversation that is going on."""

FLAG_INTENT = {"emergency": "emergency", "urgent": "urgent_sign"}
"""Level of a red flag -> the intent that it makes."""
