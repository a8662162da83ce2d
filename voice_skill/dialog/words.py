"""Names of intents that the dialog itself knows, whatever the pack is about."""

STEERING = frozenset(
    {
        *("next", "previous", "repeat", "slower", "faster", "louder", "quieter", "pause", "resume"),
        *("stop", "start_over", "help", "yes", "no", "better", "not_better", "time_left", "thanks"),
    }
)
"""Intents that steer the conversation; the dialog answers them from prompts.yaml."""

BEYOND = frozenset({"emergency", "urgent_sign", "out_of_scope"})
"""Intents answered from red_flags.yaml and prompts.yaml."""
