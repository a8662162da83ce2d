"""How something is said: of now, denied, of long ago, or only asked about. English."""

import re
from collections.abc import Collection

from voice_skill.understanding.rules import Heard, Span
from voice_skill.understanding.words import listed

_AROUND_A_TIME = listed(
    "this that it was is were about some well back then over i think must be have been a good many or so "
    "now and but forty thirty twenty fifty ten fifteen few two three four five six seven eight nine the mind"
)
"""Words of a clause that is nothing but a time: "this was forty years ago"."""

NEGATIONS = listed("no not never without nor neither none denies hardly nothing nobody")

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

_LIGHT_AFTER_NOTHING = listed(
    "is are has have was got gone looks feels wrong with my the his her in here all"
)

_NOT_A_DENIAL = {("not", word) for word in ("sure", "only", "think", "know", "believe")} | {("no", "wait")}

_LONG_AGO = re.compile(
    r"""\b(
      last\ (year|summer|winter|spring|autumn|christmas|decade|january|february|march|april|may|june|july
      |august|september|october|november|december)
    | (years?|decades|months)\ ago | years\ back | in\ the\ past | (?<!never\ )(?<!not\ )used\ to
    | ages\ ago | long\ ago | back\ in\ (january|february|march|april|may|june|july|august|september
      |october|november|december
      |(my|his|her|the|our)\ (day|days|past|youth|teens|twenties|thirties|forties|fifties|sixties|seventies
      |eighties|nineties|war|spring|summer|autumn|winter))
    | in\ (my|his|her)\ (teens|twenties|thirties|forties|youth)
    | in\ the\ (fifties|sixties|seventies|eighties|nineties|noughties)
    | (at|in|left)\ (school|college|university) | never\ since | not\ since\ then | none\ since | one\ time
    | when\ i\ was\ (three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty)
      (?!\ (\w+\ )?(seconds?|minutes?|hours?|days?|weeks?|months?|miles?|metres?|laps?|lengths?|steps?|k)\b)
    | when\ i\ was\ (a|an|young|younger|little|pregnant|at|in|having|carrying|expecting)
    | (as|when)\ (a|i\ was)\ (child|kid|boy|girl|teenager|teen|lad|lass|student|youngster|baby|toddler)
    | once\ (in|at|when|on|as|years|had)
    | (?<!pregnant\ )(?<!expecting\ )with\ my\ (first|second|third|last|previous|other)\b
    | (?<!not\ )((had|got|\w+ed)\ (\w+\ )?(?<!at\ )once | (was|were|had|got|\w+ed)\b.*(?<!at)\ once$)
    | history\ of | in\ (the\ )?(oh\ (one|two|three|four|five|six|seven|eight|nine)
      |(19|20)\d\d|nineteen|twenty\ (ten|eleven|twelve|\w+teen|twenty)|two\ thousand
      |(sixty|seventy|eighty|ninety)\ (one|two|three|four|five|six|seven|eight|nine))
    | when\ (he|she|they)\ (was|were) | died\ of | died\ from | before\ (covid|the\ war|i\ was\ married)
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
_WEEKS_AGO = re.compile(
    r"""\b(
      last\ (month|week) | (weeks|months)\ (ago|back) | a\ (month|fortnight)\ ago
    | the\ other\ (week|month) | in\ (the\ )?(january|february|march|april|may|june|july|august|september
      |october|november|december|spring|summer|autumn|winter|new\ year)
    )\b""",
    re.VERBOSE,
)
"""Time that has passed, but not long enough to be no concern by itself."""
_RESOLVED = re.compile(
    r"""\b(
      (long|all)\ (gone|sorted|better|cleared|healed|fine|clear|good) | healed\ (fine|up|well|nicely|perfect)
    | cleared\ up | got\ over\ (it|that) | recovered | (sorted|gone|fine|better|settled|cleared)\ now
    | back\ to\ normal | long\ since
    )\b""",
    re.VERBOSE,
)
"""Said after such a time: it is over."""
_EVENT = re.compile(
    r"""\bhad\ (a|an|his|her|my|another)\ (\w+\ )?
    (stroke|heart\ attack|seizure|fit|clot|complaint|bypass|embolism|reaction|miscarriage|fall
      |fracture)\b""",
    re.VERBOSE,
)
"""What somebody had at such a time, and what is over by its nature."""
_RETURNED = re.compile(
    r"""\b(
      again | is\ back | come\ back | came\ back | comes\ back | returned | same\ as\ then | like\ then
    | like\ last\ time | (the|that)\ same\ (pain|feeling|thing|ache|symptoms?|signs?)
    )\b""",
    re.VERBOSE,
)
"""Said after such a time: it is not over."""
_SUPPOSED = re.compile(
    r"""^((and|so|but|or|well|okay|right|just)\ )*(
      (suppose|supposing|imagine|pretend|hypothetically)\b
    | (let\ us\ )?say\ (a|my|the|somebody|someone|i|you|it)\ \w*\ ?\w*\ ?(went|got|had|swelled|lasted
      |turned|did)\b
    | (what\ )?(if|in\ case|even\ if)\b.*\b(ever|were\ to|was\ to|did|happened\ to)\b
    )""",
    re.VERBOSE,
)
"""How a clause begins that tells of what might be."""
_BELIEF = re.compile(
    r"""\b(
      (says?|said|reckons?|thinks?|told\ me|swears?|heard|read|believes?|claims?)(\ \w+){0,3}
      \ (complaint|it|that|they|this)(\ \w+){0,2}
      \ (means?|meaning|causes?|caused|leads?|comes?\ from|signs?|symptoms?)
    | tell\ (a|the)\ \w+(\ \w+)?\ (from|apart)
    )\b""",
    re.VERBOSE,
)
"""Wording of what others believe, and of telling one thing from another."""
_IN_ORDER = re.compile(
    r"""^(colour\ |rate\ )?(is|are|feels?|looks?|seems?|s)\ (a\ |perfectly\ |as\ |the\ )*
    (normal|fine|okay|grand|usual|healed|mended|right\ as|all\ right|the\ same)\b
    (?!\ (when|if|until|till|unless|except|at|while))""",
    re.VERBOSE,
)
"""What may follow a sign that is none: "my breathing is fine"."""
_CLEARED = re.compile(
    r"""\b(
      ruled\ out | all\ clear
    | thought\ (\w+\ ){1,4}(heart\ attack|stroke|clot|seizure|fit)\ but\ (it|that)\ (is|was)\ (only|complaint)
    | (scan|scans|scanned|tests?|tested|checked|x\ ray|ultrasound|ecg
      |bloods)\b.*?\b
      (is\ not\ (one|any|there)|clear|negative|normal|nothing|were\ fine|was\ fine|is\ fine|no\ clots?)
    )\b""",
    re.VERBOSE,
)
_STORY = re.compile(
    r"""\b(
      (on|in)\ (the|a|this|that|my|his|her|tonight\ s|last\ night\ s)\ (\w+\ )?(telly|tv|soaps?|film
      |movie|television|programme|program|show|series|news|radio|papers?|book|novel|story|play|game|podcast
      |documentary|episode|drama|video|advert|cartoon|magazine) | eastenders | corrie | emmerdale | holby
    | on\ casualty | netflix | youtube | home\ and\ away | grey\ s\ anatomy
    | where\ (your\ man|the\ (guy|fella|bloke|lad|girl|woman|man))
    | (film|movie|programme|soap|series|novel|book|drama|episode|play|documentary|podcast|thriller|article)
      \ (where|about|in\ which|with|called)\b
    | (documentary|podcast|article|programme)\ on\ (?!and)
    | (watching|watched|reading)\ (a|an|the|this|that|some|about)\b(?!\ (clock|time|minutes)) | (read
      |heard)\ (about|of|that|somewhere)
    | not\ that\ (i|he|she|we)\ (have|has|had|am|do)\b | hypothetically | out\ of\ (interest|curiosity)
    | (just|only|merely)\ (asking|curious|wondering|checking)
    | (write|writing|wrote|tell|make\ up)\ (me\ )?(a|an|the|my)\ (story|novel|poem|script|song|play|joke)
    | (the|a|our|my|this)\ (hero|heroine|villain|character|plot|murderer|detective|actor|actress
      |murder\ mystery)
    | (my|the)\ (crossword|quiz|homework|essay|exam) | (in|of)\ (episode|chapter|season|act)\ \w+
    | first\ aid\ (course|class|classes|exam|test|training|badge|certificate|lesson|lessons|night|day)
    | (we|i)\ (did|learned|learnt|covered|practised|studied)\ (\w+\ ){0,2}
      (cpr|strokes|choking|bleeds|bleeding|fits|seizures|burns|shock)
    )\b""",
    re.VERBOSE,
)
"""Wording of what happens to nobody here and now."""
_QUOTED = re.compile(
    r"""\b(
      (what|which)\ (film|movie|show|one|programme|episode|series|song|play)\ (\w+\ ){0,3}from
    | (film|movie|famous|song)\ (line|quote)s? | (great|(?<!a\ )good|best)\ (line|bit|scene|quote)
    )\b""",
    re.VERBOSE,
)
"""Said beside words that somebody quotes."""
_REPORTED = re.compile(
    r"""\b(he|she|they|who|guy|man|woman|girl|lad|hero|one)\ (just\ |suddenly\ |then\ |always\ |only\ )?
    (goes|go|went|says|said|shouts|shouted|screams|screamed|cries|cried|yells|yelled|whispers|gasps
      |(is|are|was)\ (like|all|going))
    \ (oh\ |and\ )?(i|my|we|help|somebody|someone)\b""",
    re.VERBOSE,
)
"""What somebody in a story says: its "I" is nobody here."""
_FIGURE = re.compile(
    r"""\b(
      (nearly|almost|practically)\ (gave|had|have|got)\ (me\ |him\ |her\ |us\ )?a\ (heart|stroke|fit)
    | (gave|gives|giving)\ (me|him|her|us)\ a\ (heart|stroke|fit)
    | (heart\ attack|stroke|fit|fainted|faint|collapse|collapsed)\ (at|over|when)\ (the|i|we|she|he|they)
      \ (sight\ of\ the\ )?(price|cost|bill|saw|see|heard|total|size|smell|thought)
    | sick\ and\ tired\ of | to\ die\ for
    | (?<!on\ )(?<!at\ )(my|the|our|this|your)\ (phone|printer|laptop|computer|screen|telly|tv|television
      |boiler
      |washing\ machine|wifi|internet|router|battery|fridge|dishwasher|kettle|toaster|hoover|website|app
      |satnav)
      \ (s\ |is\ |has\ |keeps\ |just\ |had\ )*(having\ |got\ |gone\ )?(a\ |an\ )?
      (fit|fits|seizure|stroke|heart\ attack|dead|died|dying|collapsed|overheat\w*|burning\ up|crashed
      |frozen)
    | (?<!in\ )(?<!by\ )(my|the|our)\ (car|van|engine|motor|mower|tractor)\ (s|is|has|had)\ (had\ |having\ )?a
      \ (fit|seizure|stroke|heart\ attack)
    | bleeding\ (thing|complaint|nuisance|hell|useless|idiot|heck)
    )\b""",
    re.VERBOSE,
)
"""Wording of what is not meant as it is said."""
_LAUGHING = re.compile(
    r"""\b(
      (for|with|from|of|out|collapsed|burst|died|dying|choking|choked|crying|myself|herself
      |himself)\ laughing
    | with\ laughter | in\ stitches | laughed\ (so|till|until)(\ (i|we|she|he)\ was)?
    | (from|with|of|all\ this|all\ the|keeps|keep)\ (giggling|giggles|chuckling|tickling) | tickling\ me
    )\b""",
    re.VERBOSE,
)
_QUESTION = re.compile(
    r"""^((and|so|but|also|then|well)\ )*
    (if\ (my|his|her|your|the)\ \w+\ (went|goes|ever|turned|turns|were)\b
    | is|are|am|can|could|does|do|did|what|which|how|why|when|would|should|will|might
    | who|where)\b""",
    re.VERBOSE,
)
_ABOUT = re.compile(
    r"""\b(
      signs? | symptoms? | means? | causes? | caused | makes? | leads?\ to | difference\ between | what\ if
    | happens?\ (if|when) | (do|should|would)\ (i|you|we)\ do\ (if|when|for) | risk\ of | chances?\ of
    | can\ you\ (get|have) | do\ (you|people)\ (ever|get) | gives?\ (you|me|people) | brings?\ on
    | related\ to | turns?\ into | break\ (off|loose|up) | dislodge | (turn|make|give|affect|hurt)s?\ your
    | same\ (kind|thing|sort|as)
    | (dangerous|serious)$ | (start|begin)s?\ (with|as) | connected | linked | associated
      | look\ out\ for | watch\ (out\ )?for | recogni[sz]e | spot
    | (know|tell|sure)\ (if|whether|when|it|that|a) | prevent | avoid | what\ (is|are) | treat | common
    | should\ i\ worry\ if | normal\ to | part\ of | from\ taking | side\ effects? | when\ should
    | if\ (i|you|someone|somebody)\ (get|gets|had|have) | (feel|look)s?\ like | worry\ about
    | ^(do|does)\ (\w+\ ){1,3}(stop|cure|prevent|help)
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
_MINE_NOW = re.compile(
    r"""\b(
      i\ (have|am\ having|can\ not|feel) | right\ now
    | (my|his|her)\ \w+(\ \w+)?\ (is|are|has|have|hurts?|feels?)
    | (?!it\ can\ not\ be)(he|she|it)\ (is|has|can\ not|will\ not)\ (?!been)
    )\b(?!\ (got\ )?(been\ )?(watching|reading|read|seen|heard))""",
    re.VERBOSE,
)
_FRAME = re.compile(
    r"""\b(
      (how|when)\ (do|would|can|could|should|will)\ (i|we|you)\ (know|tell|spot|recogni[sz]e)(\ it)?
    | if\ (my|his|her|your|the)\ \w+\ (went|goes|ever|turned|turns|were|swells|swelled|becomes)
    | what\ if\ (i|my|he|she)(?!\ (am|is|are)\b)(\ have|\ had|\ get|\ got|\ can\ not)?
    | if\ (i|my|he|she|you)(\ ever|\ should)?\ (get|got|had|have|start|stop|take|took|overdose|swallow)s?
    | i\ am\ (just|only)\ (asking|curious|wondering|checking) | (that\ )?i\ know(\ when\ (not\ )?to\b.*)?$
    | in\ general | generally | i\ mean
    | if\ (i|you|we)\ (sit|stand|lie|fly|travel|rub|massage|stretch|exercise|run|walk|drink|eat|use|keep
      |leave)
    | (my|our|the)\ (neighbou?r|friend|mate|gran|mum|dad|wife|husband|sister|brother|aunt\w*|uncle
      |colleague|boss)
      \ (says?|said|reckons?|thinks?|told\ me|swears?|claims?|believes?)
    | (what\ )?(can|could|should|do|would|will|must)\ (i|we)(\ \w+)? | i\ (have\ )?(heard|read) | tell\ me
    )\b""",
    re.VERBOSE,
)
"""Wording in which "I" and "my" stand for anybody."""


def denied(heard: Heard, span: Span, told: Collection[int] = ()) -> bool:
    """Say whether a negation stands before the span with nothing but small words between.

    told: words that tell the sign themselves and deny nothing: the "not" in "I'm not feeling my toes".
    """
    for at in range(span.start - 1, -1, -1):
        word = heard.words[at]
        if heard.clauses[at] != heard.clauses[span.start]:
            return False
        if word in NEGATIONS:
            return at not in told and _denies(heard.words, at, span.start)
        if word in ("or", "nor") and _follows_a_denial(heard, at):
            return True
        if word not in _LIGHT_AFTER_NOT and word not in _LIGHT_AFTER_NOTHING:
            return False
    return False


def in_order(heard: Heard, span: Span) -> bool:
    """Say whether what the span names is said to be well, right after it: "my pee is a normal colour"."""
    return bool(_IN_ORDER.search(" ".join(heard.words[span.end : span.end + 6])))


def not_meant(heard: Heard, first: int, last: int) -> bool:
    """Say whether the words first..last are a figure of speech, a story, or what a test did not find.

    Only wording that stands right there counts: "the scan was clear, now I can't breathe" is meant.
    """
    clauses = {heard.clauses[at] for at in range(first, last + 1)}
    told = " ".join(_clause(heard, clause) for clause in sorted(clauses))
    stripped = _STORY.sub(" ", told)
    if stripped != told:
        return bool(_REPORTED.search(stripped)) or not _MINE_NOW.search(stripped)
    if _QUOTED.search(" ".join(_sentence(heard, heard.sentences[first] + n) for n in (-1, 0, 1))):
        return True
    whole = _sentence(heard, heard.sentences[first])
    stripped = _STORY.sub(" ", whole)
    if stripped != whole and (_REPORTED.search(stripped) or not _PERSONAL.search(stripped)):
        return True
    return (
        any(start <= last and end >= first for start, end in _places(_FIGURE, heard, first))
        or any(start <= last + 2 and end >= first - 2 for start, end in _places(_LAUGHING, heard, first))
        or any(start <= first and end >= last for start, end in _places(_CLEARED, heard, first))
    )


def long_ago(heard: Heard, at: int) -> bool:
    """Say whether the clause of the word `at` tells of long ago and of nothing present.

    "Forty years ago" may also be a clause of its own, before or after. A time of weeks ago counts only
    where the rest of the sentence says that it is over.
    """
    clause = heard.clauses[at]
    text = _clause(heard, clause)
    if _PRESENT.search(text) or _RETURNED.search(_rest(heard, at)):
        return False
    beside = [_clause(heard, c) for c in (clause - 1, clause + 1) if _same_sentence(heard, at, c)]
    when = [text, *(words for words in beside if _is_a_time(words))]
    if any(_LONG_AGO.search(words) for words in when):
        return True
    over = _RESOLVED.search(_rest(heard, at)) or _EVENT.search(text)
    return any(map(_WEEKS_AGO.search, when)) and bool(over)


def _is_a_time(clause: str) -> bool:
    """Say whether a clause is a time and no more."""
    return _AROUND_A_TIME.issuperset(_WEEKS_AGO.sub(" ", _LONG_AGO.sub(" ", clause)).split())


def supposed(heard: Heard, at: int) -> bool:
    """Say whether the word `at` stands in a clause that tells of what might be."""
    return bool(_SUPPOSED.search(_clause(heard, heard.clauses[at])))


def believed(heard: Heard, at: int) -> bool:
    """Say whether the word `at` stands in a clause that tells what somebody takes the complaint for."""
    told = _clause(heard, heard.clauses[at])
    return bool(_BELIEF.search(told)) and not _MINE_NOW.search(_BELIEF.sub(" ", told))


def only_asked(heard: Heard, sentence: int) -> bool:
    """Say whether a sentence asks for information, and of nobody in particular."""
    text = _sentence(heard, sentence)
    general = not _PERSONAL.search(_FRAME.sub(" ", text))
    return general and bool(_QUESTION.search(text) and _ABOUT.search(text))


def _denies(words: tuple[str, ...], at: int, start: int) -> bool:
    between = words[at + 1 : start]
    if words[at] in ("nothing", "nobody"):
        return _LIGHT_AFTER_NOTHING.issuperset(between)
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


def _same_sentence(heard: Heard, at: int, clause: int) -> bool:
    sentence = heard.sentences[at]
    return any(c == clause and s == sentence for c, s in zip(heard.clauses, heard.sentences, strict=True))


def _rest(heard: Heard, at: int) -> str:
    """Return the words from `at` to the end of its sentence."""
    return " ".join(
        w for w, s in zip(heard.told[at:], heard.sentences[at:], strict=True) if s == heard.sentences[at]
    )


def _clause(heard: Heard, clause: int) -> str:
    return " ".join(w for w, c in zip(heard.told, heard.clauses, strict=True) if c == clause)


def _sentence(heard: Heard, sentence: int) -> str:
    return " ".join(w for w, s in zip(heard.told, heard.sentences, strict=True) if s == sentence)


def _places(pattern: re.Pattern[str], heard: Heard, at: int) -> list[tuple[int, int]]:
    """Return the words, first and last, of each match in the sentence around the word `at`."""
    inside = [i for i, sentence in enumerate(heard.sentences) if sentence == heard.sentences[at]]
    text = " ".join(heard.told[i] for i in inside)
    return [
        (inside[text[: match.start()].count(" ")], inside[text[: match.end()].count(" ")])
        for match in pattern.finditer(text)
    ]
