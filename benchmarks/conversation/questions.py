"""What is said in these benchmarks. None of it was looked at while thresholds were chosen."""

QUESTIONS = (
    "My calf has seized up.",
    "I've got a cramp in my left foot.",
    "How long does a cramp last?",
    "Can I take paracetamol?",
    "My hamstring is cramping.",
    "Should I see a doctor about my cramps?",
    "What helps against cramps at night?",
    "My toes are cramping.",
    "Does stretching before bed help?",
    "Why do I get cramps?",
    "I have a cramp in my hand.",
    "Is pickle juice any good?",
    "My thigh is cramping badly.",
    "Can dehydration cause cramps?",
    "How do I massage my calf?",
    "Do bananas help with cramps?",
    "What is a muscle cramp?",
)

VOICES = ("piper", "espeak-british", "piper-slow", "espeak-female", "piper-fast", "espeak-male")

PAUSED = (
    ("My calf,", "my left calf is cramping."),
    ("I have a", "really bad cramp in my foot."),
    ("Can you", "help me with my calf?"),
    ("What should I do about", "a cramp in my thigh?"),
    ("My", "my hamstring has seized up."),
    ("I was in bed and", "my calf started cramping."),
    ("Should I", "see a doctor about my cramps?"),
    ("How do I", "stop a cramp in my calf?"),
    ("The", "the muscle in my arm is cramping."),
    ("Is it all right to take", "magnesium for cramps?"),
)
"""Questions with a pause inside."""

COMMANDS = (
    "Stop.", "Wait.", "Next.", "Louder.", "Repeat that.", "Slower, please.", "How much longer?",
    "My chest hurts.", "I can't breathe.", "Can I take paracetamol?",
)  # fmt: skip

NO_COMMANDS = ("Mhm.", "Uh huh.", "Okay.", "Right.", "Ow!", "Hmm.", "I see.", "Yeah.")
