"""A whole pack on one self-contained HTML page: to read, to hear, to print and to sign."""

import base64
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

import soundfile

from voice_skill.audio.frames import Sound
from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import SEED_SOURCE, Answer, Exercise, RedFlag, Statement, Topic
from voice_skill.workshop.drawings import graph, timeline

Speak = Callable[[str], Sound]
"""Text in, its sound out."""


def page(pack: Pack, region: str = "", speak: Speak | None = None) -> str:
    """Return the page. region: whose words are filled in. speak: a sample is spoken for each part."""
    return "".join(_Page(pack, region, speak).parts())


def fingerprint(pack: Pack) -> str:
    """Return what a signature is for: a name for exactly this content of the pack's files."""
    digest = hashlib.sha256()
    for file in sorted(pack.path.rglob("*.yaml")):
        digest.update(f"{file.relative_to(pack.path)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


class _Page:
    def __init__(self, pack: Pack, region: str, speak: Speak | None) -> None:
        self._pack = pack
        self._region = region or pack.info.default_region
        self._write = Writer(pack, region)
        self._speak = speak

    def parts(self) -> Iterator[str]:
        info = self._pack.info
        css = files("voice_skill.workshop").joinpath("page.css").read_text(encoding="utf-8")
        yield (
            f'<!doctype html><html lang="{escape(info.language)}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(info.title)}</title><style>{css}</style></head><body>"
        )
        yield self._header()
        yield "<main>"
        yield self._signature()
        yield f'<h2 id="graph">The dialog</h2><p class="soft">{_LEGEND}</p>'
        yield f'<div class="wide" tabindex="0">{graph(self._pack)}</div>'
        yield '<h2 id="flags">Red flags</h2>'
        yield from (self._flag(name, flag) for name, flag in self._pack.red_flags.items())
        yield '<h2 id="topics">Topics</h2>'
        yield from (self._topic(name, topic) for name, topic in self._pack.topics.items())
        yield '<h2 id="exercises">Exercises</h2>'
        yield from (self._exercise(name, one) for name, one in self._pack.exercises.items())
        yield '<h2 id="prompts">The program\'s own lines</h2>'
        yield self._prompts()
        yield '<h2 id="sources">Sources</h2>'
        yield self._sources()
        yield "</main>"
        yield f"<footer>{escape(info.name)} {info.version}, {fingerprint(self._pack)}</footer></body></html>"

    def _header(self) -> str:
        info = self._pack.info
        phrases = sum(len(one.phrases) + len(one.examples) for one in self._pack.phrases.values())
        facts = {
            "Pack": f"{info.name}, version {info.version}, language {info.language}",
            "Region shown": info.regions[self._region].title,
            "Contents": (
                f"{len(self._pack.topics)} topics, {phrases} phrases, {len(self._pack.exercises)} exercises, "
                f"{len(self._pack.red_flags)} red flags, {len(self._pack.sources)} sources"
            ),
            "Reviewed": f"by {info.reviewed_by} on {info.reviewed_on}"
            if info.reviewed_by
            else "by nobody yet",
        }
        rows = "".join(f"<dt>{key}</dt><dd>{escape(value)}</dd>" for key, value in facts.items())
        links = "".join(
            f'<li><a href="#{key}">{title}</a></li>'
            for key, title in (
                ("graph", "The dialog"),
                ("flags", "Red flags"),
                ("topics", "Topics"),
                ("exercises", "Exercises"),
                ("prompts", "Own lines"),
                ("sources", "Sources"),
            )
        )
        return (
            f"<header><h1>{escape(info.title)}</h1><p>{escape(info.summary)}</p>"
            f'<dl class="facts">{rows}</dl></header><nav><ul>{links}</ul></nav>'
        )

    def _signature(self) -> str:
        return (
            '<section class="sign"><h3>Review</h3><p>I have read every answer, exercise and red flag of this '
            f"pack in the version <code>{fingerprint(self._pack)}</code>. They may be said to people as they "
            "stand, except where I have marked them.</p>"
            '<p class="blank">Name and profession</p><p class="blank">Place and date</p>'
            '<p class="blank">Signature</p></section>'
        )

    def _flag(self, name: str, flag: RedFlag) -> str:
        question = f'<p class="soft">When in doubt: {escape(flag.question)}</p>' if flag.question else ""
        return (
            f'<article class="flag" id="flag-{name}">'
            f"<h3>{escape(name.replace('_', ' '))}{_level(flag.level)}</h3>"
            f"{self._statements(flag.say)}{question}"
            f"{self._labelled('When it is only asked about:', flag.if_now)}{self._sample(flag.say)}"
            f"{_listed('Rules', flag.said)}"
            f"{_listed('What people say', flag.phrases + flag.examples)}</article>"
        )

    def _topic(self, name: str, topic: Topic) -> str:
        phrases = self._pack.phrases.get(name)
        answers = "".join(map(self._answer, topic.answers))
        said = phrases.phrases + phrases.examples if phrases else []
        return (
            f'<article id="topic-{name}"><h3>{escape(_capital(topic.title))}{_level(topic.urgency)}</h3>'
            f"{answers}{self._sample(topic.answers[-1].say)}{_listed('What people say', said)}</article>"
        )

    def _answer(self, answer: Answer) -> str:
        when = ", ".join(f"{slot}: {' or '.join(values)}" for slot, values in answer.when.items())
        leads = "".join(
            self._link(name, text)
            for text, name in (("leads through", answer.exercise), ("offers", answer.offer))
        )
        return (
            f'<p class="when">{escape(when.replace("_", " ") or "in any other case")}</p>'
            f"{self._statements(answer.say)}{self._statements(answer.more, 'more')}"
            f"{self._labelled('For how long?', answer.how_long)}{leads}"
        )

    def _exercise(self, name: str, one: Exercise) -> str:
        drawing, seconds = timeline(one, counted=self._pack.prompts.ten_more is not None)
        steps = "".join(
            f"<li>{escape(self._write.fill(step.text))} {self._links(step.sources)} "
            + (f'<span class="hold-s">hold {step.hold_s} s</span>' if step.hold_s else "")
            + "".join(f'<p class="during">{escape(self._write.fill(text))}</p>' for text in step.during)
            + "</li>"
            for step in one.steps
        )
        outcomes = "".join(
            f'<p class="when">{title}</p>{self._statements(said)}{self._link(after)}'
            for title, said, after in (
                ("at the end" if one.ends else "it is easing", one.better, one.then),
                ("it is not", one.not_better, one.next),
                ("it gets worse", one.worse, None),
            )
            if said or after
        )
        return (
            f'<article id="exercise-{name}"><h3>{escape(_capital(one.title))} '
            f'<span class="soft">{seconds // 60:.0f}:{seconds % 60:02.0f} min</span></h3>{drawing}'
            f'<ol class="steps">{steps}</ol>{self._sample(one.steps[:1])}{outcomes}</article>'
        )

    def _link(self, name: str | None, text: str = "then") -> str:
        if not name:
            return ""
        title = escape(self._pack.exercises[name].title)
        return f'<p class="say soft">{text} <a href="#exercise-{name}">{title}</a></p>'

    def _prompts(self) -> str:
        rows = []
        for name in type(self._pack.prompts).model_fields:
            value = getattr(self._pack.prompts, name)
            flat = [line for lines in value.values() for line in lines] if isinstance(value, dict) else value
            lines = flat if isinstance(flat, list) else [flat] if flat else []
            said = "<br>".join(
                escape(self._write.fill(line.text if isinstance(line, Statement) else line)) for line in lines
            )
            if said and not name.endswith("_words"):
                rows.append(f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{said}</td></tr>")
        return f"<table>{''.join(rows)}</table>"

    def _sources(self) -> str:
        rows = []
        for key, source in self._pack.sources.items():
            title = escape(source.title)
            shown = f'<a href="{escape(source.url)}">{title}</a>' if source.url else title
            rows.append(
                f'<tr id="source-{escape(key)}"><td>{source.grade}</td><td>{shown}</td>'
                f'<td class="soft">{escape(key)}</td></tr>'
            )
        head = "<tr><th>Grade</th><th>Source</th><th>Name</th></tr>"
        return f'<p class="soft">{_GRADES}</p><table>{head}{"".join(rows)}</table>'

    def _statements(self, said: Iterable[Statement], kind: str = "") -> str:
        return "".join(
            f'<p class="say {kind}">{escape(self._write.fill(one.text))} {self._links(one.sources)}</p>'
            for one in said
        )

    def _labelled(self, label: str, said: Sequence[Statement]) -> str:
        return f'<p class="soft label">{escape(label)}</p>{self._statements(said)}' if said else ""

    def _links(self, sources: Iterable[str]) -> str:
        chips = []
        for name in sources:
            source = self._pack.sources.get(name)
            if SEED_SOURCE.match(name) or source is None:
                chips.append(f'<span title="statement of the source document">{escape(name)}</span>')
            else:
                target = source.url or f"#source-{name}"
                chips.append(f'<a href="{escape(target)}" title="{escape(source.title)}">{escape(name)}</a>')
        return f'<span class="sources">{" ".join(chips)}</span>'

    def _sample(self, said: Iterable[Statement] | Iterable[object]) -> str:
        """Return a player with the spoken words; nothing without a voice."""
        if self._speak is None:
            return ""
        text = " ".join(self._write.fill(getattr(one, "text", "")) for one in said)
        sound = self._speak(text)
        packed = io.BytesIO()
        soundfile.write(packed, sound.samples, sound.rate, format="MP3")
        data = base64.b64encode(packed.getvalue()).decode("ascii")
        return f'<audio controls preload="none" src="data:audio/mpeg;base64,{data}"></audio>'


_LEGEND = (
    "Red flags come before all else; topics lead to exercises. Red dashes: offered when it does not help. "
    "Green dots: offered when it does."
)
_GRADES = "A the body's own page, B a faithful copy, C weak, R a safety rule of our own."


def _level(level: str) -> str:
    return "" if level == "none" else f'<span class="level {level}">{level}</span>'


def _listed(title: str, texts: list[str]) -> str:
    if not texts:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<details><summary>{title} ({len(texts)})</summary><ul>{items}</ul></details>"


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]
