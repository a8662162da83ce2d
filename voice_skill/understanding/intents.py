"""The intents that a person may mean, and which slots belong to each."""

from voice_skill.understanding.words import listed

SLOTS: dict[str, tuple[str, ...]] = {
    "relief": ("muscle", "side", "situation"),
    "stretch": ("muscle",),
    "massage": ("muscle",),
    "compress": ("temperature",),
    "pain_reliever": ("medicine",),
    "muscle_relaxant": ("medicine",),
    "supplement": ("supplement",),
    "conditions": ("condition",),
    "emergency": ("flag",),
    "urgent_sign": ("flag",),
}
"""Intents that have slots; all others have none."""

STEERING = listed(
    "next previous repeat slower faster louder quieter pause resume stop start_over help yes no better "
    "not_better time_left thanks"
)
"""Intents that steer a conversation that is going on."""

FLAG_INTENT = {"emergency": "emergency", "urgent": "urgent_sign"}
"""Level of a red flag -> the intent that it makes."""

BY_MEDICINE = {
    "ibuprofen": "pain_reliever",
    "paracetamol": "pain_reliever",
    "aspirin": "pain_reliever",
    "quinine": "muscle_relaxant",
    "muscle_relaxant": "muscle_relaxant",
}
"""Which of the two intents about medicines is meant when one is named; never left to likeness."""
