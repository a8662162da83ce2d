"""One mistake each: (file of the small pack, what stands there, what is written instead, what is said)."""

BROKEN = {
    "not YAML": (
        "answers/all.yaml",
        "relief:\n",
        "relief: [\n",
        "answers/all.yaml:3:10: expected ',' or ']'",
    ),
    "a tab": ("pack.yaml", "  uk:", "\tuk:", "pack.yaml:8:1: found character '\\t'"),
    "a key twice": (
        "prompts.yaml",
        "stopped:",
        "paused:",
        "prompts.yaml:17:1: the key 'paused' stands twice (first in line 10)",
    ),
    "a misspelt key": (
        "answers/all.yaml",
        "title:",
        "titel:",
        "answers/all.yaml:2:3: unknown key 'titel'; did you mean 'title'?",
    ),
    "a key missing": (
        "pack.yaml",
        "summary: What to do when your nose bleeds.\n",
        "",
        "pack.yaml:2:1: the key 'summary' is missing",
    ),
    "a wrong type": (
        "exercises/all.yaml",
        "hold_s: 60",
        "hold_s: soon",
        "exercises/all.yaml:5:30: pinch.steps.1.hold_s",
    ),
    "an unknown source": (
        "answers/all.yaml",
        "[S1, nhs:nosebleed]",
        "[nhs:nosbleed]",
        "unknown source 'nhs:nosbleed'; did you mean 'nhs:nosebleed'?",
    ),
    "no source": ("answers/all.yaml", "[S2]", "[]", "answers/all.yaml:18:"),
    "a source that nothing refers to": (
        "sources.yaml",
        "rule:call-first",
        "nhs:other: {title: Other}\nrule:call-first",
        "sources.yaml:2:1: no statement refers to the source 'nhs:other'",
    ),
    "a statement that the source document has not": (
        "answers/all.yaml",
        "[S2]",
        "[S2, S9]",
        "no statement S9",
    ),
    "a statement unsaid": ("answers/all.yaml", "[S3]", "[S1]", "statement S3 is said nowhere"),
    "an unknown exercise": (
        "answers/all.yaml",
        "exercise: pinch",
        "exercise: punch",
        "answers/all.yaml:7:7: unknown exercise 'punch'; did you mean 'pinch'?",
    ),
    "an unknown next exercise": ("exercises/all.yaml", "next: cold", "next: colt", "did you mean 'cold'?"),
    "an unknown slot": (
        "answers/all.yaml",
        "when: {age",
        "when: {ages",
        "unknown slot 'ages'; did you mean 'age'?",
    ),
    "an unknown value": (
        "answers/all.yaml",
        "age: child",
        "age: chid",
        "unknown age 'chid'; did you mean 'child'?",
    ),
    "an answer that is never reached": (
        "answers/all.yaml",
        "    - say:\n        - {text: Sit up",
        "    - when: {age: child}\n      say: [{text: Wait., sources: [S1]}]\n"
        "    - say:\n        - {text: Sit up",
        "never said: answer 1 of 'relief' holds whenever this one does",
    ),
    "a template in too many ways": (
        "phrases/all.yaml",
        "[on {side}]",
        "(a;b;c;d;e;f;g)",
        "more than 6 parts in any order",
    ),
    "a template that is too deep": (
        "phrases/all.yaml",
        "[on {side}]",
        "(" * 3000 + "a" + ")" * 3000,
        "nested too deeply",
    ),
    "a broken template": ("phrases/all.yaml", "[on {side}]", "[on {side}", "the template cannot be read"),
    "an unknown list": (
        "phrases/all.yaml",
        "{side}",
        "{sides}",
        "unknown slot list '{sides}'; did you mean 'side'?",
    ),
    "a list within a list": (
        "slots.yaml",
        "right: [right",
        'right: ["(the|{age}) right", right',
        "slots.yaml:3:11: a list cannot name another: write out what '{age}' stands for",
    ),
    "another script": (
        "phrases/all.yaml",
        "[help] my nose",
        "[помогите] my nose",
        "phrases/all.yaml:2:13: 'помогите' cannot be heard: write what people say in the letters a to z",
    ),
    "an example in another script": (
        "phrases/all.yaml",
        "blood is running out of my nose",
        "кровь",
        "phrases/all.yaml:3:14: 'кровь' cannot be heard",
    ),
    "a topic without phrases": ("phrases/all.yaml", "causes:", "stop_it:", "nobody can ask for it"),
    "phrases without a topic": ("phrases/all.yaml", "causes:", "cause:", "no answer; did you mean 'causes'?"),
    "an exercise that nothing leads to": (
        "exercises/all.yaml",
        "  next: cold\n",
        "",
        "no exercise leads to 'cold'",
    ),
    "exercises in a circle": (
        "exercises/all.yaml",
        "cold:\n",
        "cold:\n  next: pinch\n",
        "goes round in a circle when it does not help: pinch -> cold -> pinch",
    ),
    "a question missing": (
        "answers/all.yaml",
        "  urgency: soon",
        "  ask: side\n  urgency: soon",
        "no question for 'side'",
    ),
    "no first region": ("pack.yaml", "default_region: uk", "default_region: fr", "not one of the regions"),
    "an unsafe tag": (
        "pack.yaml",
        "name: nosebleed",
        "name: !!python/object/apply:os.getcwd []",
        "pack.yaml:2:7: tags",
    ),
    "an alias": (
        "prompts.yaml",
        "no_more: That is all.\nnothing_running: Nothing is running.",
        "no_more: &a That is all.\nnothing_running: *a",
        "prompts.yaml:8:10: written once with '&'",
    ),
    "a conversation about an unknown topic": (
        "conversations/all.yaml",
        "intent: relief",
        "intent: relif",
        "conversations/all.yaml:4:16: unknown topic 'relif'; did you mean 'relief'?",
    ),
    "a conversation in an unknown region": (
        "conversations/all.yaml",
        "region: us",
        "region: uss",
        "conversations/all.yaml:8:3: unknown region 'uss'; did you mean 'us'?",
    ),
    "a conversation with an unknown value": (
        "conversations/all.yaml",
        "intent: relief",
        "slots: {age: chilt}",
        "unknown age 'chilt'; did you mean 'child'?",
    ),
    "a list remembered that is none": (
        "pack.yaml",
        "statements: 3",
        "statements: 3\nremembered: [aje]",
        "pack.yaml:7:14: unknown list 'aje'; did you mean 'age'?",
    ),
    "a pair of unknown topics": (
        "pack.yaml",
        "statements: 3",
        "statements: 3\nshared_phrases: [[relief, cause]]",
        "unknown topic 'cause'; did you mean 'causes'?",
    ),
    "a question for an unknown slot": ("prompts.yaml", "ask: {age:", "ask: {ages:", "unknown slot 'ages'"),
    "a comma without quotes": (
        "answers/all.yaml",
        "Dry air is",
        "Dry air, or cold, is",
        "unknown key 'or cold': a text with a comma in it needs quotes inside { }",
    ),
    "a turn that is two things": (
        "conversations/all.yaml",
        "- wait: true",
        "- wait: true\n      silent: true",
        "a turn is one of: user, wait, silent, noise",
    ),
}

HARD_TO_USE = {
    "a word that a region has not": (
        "red_flags.yaml",
        "{emergency_call}",
        "{emergency_cal}",
        "red_flags.yaml:6:8: '{emergency_cal}' is not among the words of region 'uk'; did you mean "
        "'{emergency_call}'?",
    ),
    "too many words": ("answers/all.yaml", "Dry air is", "Dry " + "air " * 20 + "is", "one breath (2"),
    "too long to say": (
        "answers/all.yaml",
        "Dry air is a common reason. See a doctor if it happens often.",
        "'Extraordinarily dehydrated, uncomfortably overheated, insufficiently circulating, artificially "
        "conditioned atmospheres are responsible.'",
        "takes too long to say (about",
    ),
    "a list of four": (
        "answers/all.yaml",
        "Dry air is a common reason. See a doctor if it happens often.",
        "'Dry air, cold, dust and smoke are common reasons.'",
        "a list of 4 things",
    ),
    "too hard to read": (
        "answers/all.yaml",
        "Dry air is a common reason.",
        "Atmospheric aridity constitutes a predominant aetiological determinant. Mucosal desiccation "
        "precipitates vascular fragility. Anticoagulant administration exacerbates manifestations. "
        "Hypertensive individuals demonstrate disproportionate susceptibility. Environmental humidification "
        "facilitates restoration.",
        "'causes' is too hard to follow (reading grade",
    ),
    "a step that says hold, and has none": (
        "exercises/all.yaml",
        "Pinch the soft part of your nose.",
        '"Pinch your nose, and hold."',
        "the step says to hold, but has no hold_s",
    ),
    "more said than the hold is long": (
        "exercises/all.yaml",
        "hold_s: 60",
        "hold_s: 2",
        "a hold of 2 s has no room for all that is said in it",
    ),
    "said during no hold": ("exercises/all.yaml", "hold_s: 60, ", "", "but the step has no hold_s"),
    "no hold at all": ("exercises/all.yaml", ", hold_s: 30", "", "no step of 'cold' has a hold"),
    "a phrase of two topics": (
        "phrases/all.yaml",
        "[why does my nose bleed]",
        '["[oh no] my nose is bleeding"]',
        "all.yaml:5:13: 'my nose is bleeding' belongs to 'causes' and to 'relief' (phrases/all.yaml:2)",
    ),
    "a phrase of two topics, with a list in one": (
        "phrases/all.yaml",
        "[why does my nose bleed]",
        '["my (kid|cat) has a nose bleed"]',
        "'my kid has a nose bleed' belongs to",
    ),
    "a sign of an emergency that a topic claims": (
        "red_flags.yaml",
        "  question",
        "  examples: [what makes a nose bleed]\n  question",
        "belongs to the red flag 'severe_bleeding' and to 'causes'",
    ),
    "phrases that sound alike": (
        "phrases/all.yaml",
        "[what makes a nose bleed]",
        "[blud is running out of my nose]",
        "sounds like 'blood is running out of my nose' of 'relief'",
    ),
    "values that sound alike": (
        "slots.yaml",
        "right: [right",
        "right: [lefft, right",
        "sounds like 'left' (left)",
    ),
    "a list that nothing uses": (
        "slots.yaml",
        "side:",
        "colour:\n  red: [red]\nside:",
        "nothing uses the list",
    ),
    "pairs that share nothing": (
        "pack.yaml",
        "statements: 3",
        "statements: 3\nshared_phrases: [[relief, causes]]",
        "'relief' and 'causes' share no phrase",
    ),
    "a rule that cannot be read": ("red_flags.yaml", "blood + pour*", "blood + po*ur", "'*' inside a word"),
}
