"""From a pack's texts to lines that can be said: the region's words filled in, prompts varied."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import SEED_SOURCE, Statement, Step
from voice_skill.dialog.state import Line, State
from voice_skill.errors import UsageError

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Writer:
    """Writes the lines of one pack for one region ("" is the pack's default)."""

    def __init__(self, pack: Pack, region: str = "") -> None:
        name = region or pack.info.default_region
        if name not in pack.info.regions:
            known = ", ".join(pack.info.regions)
            raise UsageError(
                f"the pack '{pack.info.name}' knows no region '{name}'", f"Choose one of: {known}"
            )
        self._pack = pack
        self._words = pack.info.regions[name].words

    def fill(self, text: str, more: Mapping[str, str] | None = None) -> str:
        """Return the text with every `{name}` replaced by the region's word, or by one of `more`."""
        words = {**self._words, **(more or {})}
        return _PLACEHOLDER.sub(lambda match: words.get(match[1], match[1]), text)

    def line(self, statement: Statement | Step) -> Line:
        """Return a statement as a line with its sources."""
        return Line(self.fill(statement.text), tuple(source_id(source) for source in statement.sources))

    def fixed(self, texts: Sequence[str]) -> tuple[Line, ...]:
        """Return texts that carry no claim, and so no source."""
        return tuple(Line(self.fill(text)) for text in texts)

    def prompt(self, state: State, name: str, more: Mapping[str, str] | None = None) -> tuple[State, Line]:
        """Return the next variant of a prompt; the same words never come twice running."""
        variants = getattr(self._pack.prompts, name) or self._pack.prompts.not_better
        return self._next(state, name, variants if isinstance(variants, list) else [variants], more)

    def question(self, state: State, slot: str) -> tuple[State, Line]:
        """Return the next variant of the question for a slot."""
        return self._next(state, f"ask_{slot}", self._pack.prompts.ask[slot])

    def narrower_question(self, state: State, slot: str) -> tuple[State, Line]:
        """Return the second question for a slot, for those who did not know."""
        return self._next(state, f"narrow_{slot}", self._pack.prompts.narrow[slot])

    def _next(
        self,
        state: State,
        name: str,
        variants: Sequence[str | Statement],
        more: Mapping[str, str] | None = None,
    ) -> tuple[State, Line]:
        count = state.used.get(name, 0)
        chosen = variants[count % len(variants)]
        line = self.line(chosen) if isinstance(chosen, Statement) else Line(self.fill(chosen, more))
        return replace(state, used={**state.used, name: count + 1}), line


def source_id(source: str) -> str:
    """Return a source as the JSON output names it: "S12" becomes "seed:S12"."""
    return f"seed:{source}" if SEED_SOURCE.match(source) else source
