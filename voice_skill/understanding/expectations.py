"""What a pack expects to hear, as plain phrases: the recognisers lean towards these."""

import random
from collections.abc import Mapping

from voice_skill.dialog.schema import Phrases, RedFlag, SlotLists
from voice_skill.understanding.normalize import normal_form
from voice_skill.understanding.templates import Template, expand

SAMPLES = 12
"""Ways of saying one template that are listed; all its words occur in them sooner or later."""

_SEED = 7


def expected_phrases(
    phrases: Mapping[str, Phrases], slots: SlotLists, red_flags: Mapping[str, RedFlag]
) -> list[str]:
    """Return phrases in normal form: of templates (sampled), examples, slot values and red flags."""
    rng = random.Random(_SEED)  # noqa: S311 - the same phrases every time, nothing secret
    lists = {
        slot: [text for said in values.values() for template in said for text in expand(template)]
        for slot, values in slots.items()
    }
    found = [text for texts in lists.values() for text in texts]
    for one in phrases.values():
        for template in map(Template, one.phrases):
            found += [template.sample(rng, lists) for _ in range(SAMPLES)]
        found += map(normal_form, one.examples)
    for flag in red_flags.values():
        found += map(normal_form, flag.examples)
    return list(dict.fromkeys(filter(None, found)))
