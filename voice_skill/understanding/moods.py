"""How something is said: of now, denied, of long ago, or only asked about. English."""

import re

from voice_skill.understanding.rules import Heard, Span
from voice_skill.understanding.words import listed

NEGATIONS = listed("no not never without nor neither none denies hardly")

_LIGHT = listed(
    "any sudden bad severe other more much kind of sign signs symptom symptoms trouble problem problems "
    "issues or nor real new obvious"
)
"""Words that may stand between "no" and what it denies."""

_LIGHT_AFTER_NOT = _LIGHT | listed(
    "a an the my his her your their have has had having got get getting been be being feel feeling feels "
    "seem seems look looks in on at with anything like experiencing noticed"
)
"""Words that may stand between any other negation and what it denies."""

_NOT_A_DENIAL = {("not", word) for word in ("sure", "only", "think", "know", "believe")} | {("no", "wait")}

_LONG_AGO = re.compile(
    r"""\b(
      last\ (year|summer|winter|spring|autumn|christmas|decade)
    | (years|decades|months)\ ago | (a|one|two|three)\ year\ ago | years\ back | in\ the\ past | used\ to
    | when\ i\ was\ (a|young|little|pregnant|at|in) | as\ a\ (child|kid|boy|girl) | once\ had | history\ of
    | in\ (19|20)\d\d | when\ (he|she|they)\ (was|were) | died\ of | died\ from
    )\b""",
    re.VERBOSE,
)
_PRESENT = re.compile(
    r"""\b(
      now | again | today | tonight | currently | still | this\ (morning|afternoon|evening|minute)
    | at\ the\ moment | am | is | are | feels | hurts | can\ not | keeps | have\ got | has\ got | started
    )\b""",
    re.VERBOSE,
)
_QUESTION = re.compile(
    r"""^((and|so|but|also|then|well)\ )*
    (is|are|am|can|could|does|do|did|what|which|how|why|when|would|should|will|might|who|where)\b""",
    re.VERBOSE,
)
_ABOUT = re.compile(
    r"""\b(
      signs? | symptoms? | means? | causes? | caused | makes? | leads?\ to | difference\ between | what\ if
    | happens?\ (if|when) | (do|should|would)\ (i|you|we)\ do\ (if|when|for) | risk\ of | chances?\ of
    | can\ you\ (get|have) | do\ (you|people)\ get | gives?\ (you|me|people) | brings?\ on | related\ to
    | connected | linked | associated | look\ out\ for | watch\ (out\ )?for | recogni[sz]e | spot
    | (know|tell|sure)\ (if|whether|when|it|that|a) | prevent | avoid | what\ (is|are) | treat | common
    | should\ i\ worry\ if | normal\ to | part\ of | from\ taking | side\ effects? | when\ should
    | if\ (i|you|someone|somebody)\ (get|gets|had|have) | (feel|look)s?\ like | worry\ about
    | ^(do|does)\ \w+\ (stop|cure|prevent|help)
    )\b""",
    re.VERBOSE,
)
_PERSONAL = re.compile(
    r"""\b(
      i | my | me | he | she | his | him | her | they\ are | we | our
    | this\ (pain|is|one) | right\ now | these
    )\b""",
    re.VERBOSE,
)
_FRAME = re.compile(
    r"""\b(
      (how|when)\ (do|would|can|could|should|will)\ (i|we|you)\ (know|tell|spot|recogni[sz]e)(\ it)?
    | what\ if\ (i|my|he|she)(\ have|\ had|\ get|\ got|\ can\ not)?
    | if\ (i|my|he|she|you)(\ ever|\ should)?\ (get|got|had|have|start|stop|take|took|overdose|swallow)s?
    | (what\ )?(can|could|should|do|would|will|must)\ (i|we)(\ \w+)? | i\ (have\ )?(heard|read) | tell\ me
    )\b""",
    re.VERBOSE,
)
"""Wording in which "I" and "my" stand for anybody."""


def denied(heard: Heard, span: Span) -> bool:
    """Say whether a negation stands before the span with nothing but small words between."""
    for at in range(span.start - 1, -1, -1):
        word = heard.words[at]
        if heard.clauses[at] != heard.clauses[span.start]:
            return False
        if word in NEGATIONS:
            return _denies(heard.words, at, span.start)
        if word in ("or", "nor") and _follows_a_denial(heard, at):
            return True
        if word not in _LIGHT_AFTER_NOT:
            return False
    return False


def long_ago(heard: Heard, clause: int) -> bool:
    """Say whether a clause tells of long ago and of nothing present."""
    text = " ".join(w for w, c in zip(heard.words, heard.clauses, strict=True) if c == clause)
    return bool(_LONG_AGO.search(text)) and not _PRESENT.search(text)


def only_asked(heard: Heard, sentence: int) -> bool:
    """Say whether a sentence asks for information, and of nobody in particular."""
    text = " ".join(w for w, s in zip(heard.words, heard.sentences, strict=True) if s == sentence)
    if not (_QUESTION.search(text) and _ABOUT.search(text)):
        return False
    return not _PERSONAL.search(_FRAME.sub(" ", text))


def _denies(words: tuple[str, ...], at: int, start: int) -> bool:
    between = words[at + 1 : start]
    if words[at : at + 2] in _NOT_A_DENIAL:
        return False
    if words[at] == "not" and at and words[at - 1] in ("can", "could"):
        return "any" in between
    return words[at] != "no" or _LIGHT.issuperset(between)


def _follows_a_denial(heard: Heard, at: int) -> bool:
    """Say whether what stands before "or" at `at` is denied: "no chest pain or fever" denies both."""
    before = range(at - 1, max(-1, at - 8), -1)
    same = [i for i in before if heard.clauses[i] == heard.clauses[at]]
    return any(heard.words[i] in NEGATIONS and heard.words[i - 1 : i] != ("can",) for i in same)
