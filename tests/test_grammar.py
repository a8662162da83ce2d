"""The grammar of a pack: what it takes for something that may be said, and what that means."""

from itertools import product

import pytest

from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.errors import UsageError
from voice_skill.hearing.grammar import Grammar, Sentence
from voice_skill.hearing.moonshine_model import VOCABULARY, packaged_weights
from voice_skill.hearing.readings import Reading
from voice_skill.hearing.spelling import Speller, spoken_words
from voice_skill.hearing.tokenizer import Tokenizer

LISTS = {"muscle": [("calf", "calf"), ("calves", "calf"), ("back of my thigh", "hamstring")]}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


@pytest.fixture(scope="module")
def cramps(pack: Pack) -> Grammar:
    return Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.read(packaged_weights() / VOCABULARY)


def grammar(*templates: str) -> Grammar:
    return Grammar([Sentence(template, "test") for template in templates], LISTS)


def may_be_said(grammar: Grammar, text: str) -> bool:
    """Tell whether the automaton takes the text, and check that the reading of its meaning agrees."""
    state = grammar.start
    words = spoken_words(text)
    for word in words:
        onward = state.after(word)
        if onward is None:
            assert not grammar.read(words)
            return False
        assert word in state.words
        state = onward
    assert bool(grammar.read(words)) == state.final
    return state.final


def test_half_a_sentence_is_none_even_misheard(cramps: Grammar):
    for half in ("I have a", "I have vein", "I've got a", "is it a", "my left"):
        assert not may_be_said(cramps, half)
    assert may_be_said(cramps, "I have varicose veins")


@pytest.mark.parametrize(
    ("said", "outlook"),
    [
        ("does my", "beginning"),
        ("does my calf", "beginning"),  # that it is a muscle does not make it a question
        ("does my calf hurt", "open"),
        ("does my calf hurt at night", "end"),
        ("um does my calf hurt at night please", "end"),
        ("does my calf hurt tomorrow", "outside"),
    ],
)
def test_what_can_follow_words(said: str, outlook: str):
    assert grammar("does my {muscle} hurt [at night]").outlook(said.split()) == outlook


@pytest.mark.parametrize(
    ("template", "said", "unsaid"),
    [
        ("stop it", ["Stop it."], ["stop", "it stop", "stop it you"]),
        ("(help|ease) me", ["help me", "ease me"], ["me", "help ease me"]),
        ("[just] [really] stop", ["stop", "just stop", "just really stop"], ["really just stop", "just"]),
        ("(red;green) light", ["red green light", "green red light"], ["red light", "red red light"]),
        ("cramp[s|ing] again", ["cramp again", "cramps again", "cramping again"], ["crampsing again"]),
        ("(un|)do it", ["undo it", "do it"], ["un do it"]),
        (
            "my {muscle} hurts",
            ["my calf hurts", "my back of my thigh hurts"],
            ["my back of hurts", "my hurts"],
        ),
        ("a[ {muscle}]", ["a", "a calf"], ["acalf"]),
    ],
)
def test_every_part_of_the_notation_is_understood(template: str, said: list[str], unsaid: list[str]):
    compiled = grammar(template)
    assert [text for text in said if not may_be_said(compiled, text)] == []
    assert [text for text in unsaid if may_be_said(compiled, text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "I'm not sure what's wrong",
        "im not sure what is wrong",
        "I am not sure what's wrong",
        "um, I'm not uh sure what's wrong, thank you",
        "Oh, ow, can you, I'm not sure what's wrong please",
    ],
)
def test_short_forms_and_hesitations_are_part_of_it(text: str):
    assert may_be_said(grammar("i am not sure what is wrong"), text)


def test_a_word_in_another_script_is_not_left_out_but_makes_the_sentence_unsayable():
    compiled = grammar("помогите {muscle}", "[пожалуйста] stop", "crème for my {muscle}")
    assert not may_be_said(compiled, "calf")
    assert may_be_said(compiled, "stop")
    assert may_be_said(compiled, "creme for my calf")


@pytest.mark.parametrize("text", ["um", "please", "oh okay", ""])
def test_hesitations_alone_are_no_sentence(text: str):
    assert not may_be_said(grammar("stop"), text)


def test_any_word_may_shrink_the_one_after_it():
    assert may_be_said(grammar("my {muscle} (is|has) cramping"), "my calf's cramping")


def test_numbers_may_be_spoken_as_figures():
    assert may_be_said(grammar("hold it for thirty seconds"), "Hold it for 30 seconds.")


def test_a_reading_tells_intent_and_slots():
    compiled = Grammar(
        [Sentence("[my] {muscle} cramps", "relief"), Sentence("{muscle} cramps", "what")], LISTS
    )
    slots = (("muscle", "hamstring"),)
    assert compiled.read(spoken_words("my back of my thigh cramps")) == [Reading("relief", slots)]
    assert set(compiled.read(spoken_words("back of my thigh cramps"))) == {
        Reading("relief", slots),
        Reading("what", slots),
    }


@pytest.mark.parametrize("correction", ["no", "sorry", "I mean", "no, wait,"])
def test_whoever_corrects_themselves_means_the_last(correction: str):
    compiled = grammar("my {muscle} (hurts|cramps)")
    [reading] = compiled.read(spoken_words(f"My calf, {correction} back of my thigh hurts."))
    assert dict(reading.slots) == {"muscle": "hamstring"}
    assert may_be_said(compiled, f"My calf, {correction} back of my thigh hurts.")
    assert not may_be_said(compiled, f"My calf, {correction} hurts.")


def test_whoever_stammers_is_understood():
    compiled = grammar("my {muscle} hurts")
    once = compiled.read(spoken_words("My calf hurts."))
    assert once
    for stammered in ("My, my calf hurts.", "My c-calf, um, my calf hurts.", "My calf, my calf hurts hurts."):
        said = spoken_words(stammered.replace("c-", ""))
        assert compiled.read(said) == once, stammered
    assert not compiled.read(spoken_words("My my hurts."))


def test_a_list_says_how_a_name_sounds():
    medicines = {"medicine": [("detralex", "detralex"), ("the trail x", "detralex")]}
    compiled = Grammar([Sentence("can i take {medicine}", "take")], medicines)
    assert compiled.read(spoken_words("Can I take the trail X?")) == [
        Reading("take", (("medicine", "detralex"),))
    ]


def test_a_list_that_nobody_wrote_says_nothing():
    assert not may_be_said(grammar("my {bone} hurts"), "my hurts")


def test_whole_sentences_of_the_pack_are_in_it(pack: Pack, cramps: Grammar):
    assert cramps.read(spoken_words("Should I put ice on it?"))[0].intent == "compress"
    for intent in ("relief", "stretch", "what_is"):
        for example in pack.phrases[intent].examples[:20]:
            readings = cramps.read(spoken_words(example))
            assert intent in {reading.intent for reading in readings}, example


def test_signs_of_an_emergency_are_in_it(pack: Pack, cramps: Grammar):
    for name, flag in pack.red_flags.items():
        readings = cramps.read(spoken_words(flag.examples[0]))
        assert f"flag:{name}" in {reading.intent for reading in readings}


def test_ten_thousand_templates_and_values_are_read():
    many = {"thing": [(f"thing number {n} of many", str(n)) for n in range(10_000)]}
    names = ["".join(letters) for letters in product("abcdefghij", repeat=4)]
    compiled = Grammar((Sentence(f"say{name} [the] (one|other) {{thing}}", "x") for name in names), many)
    assert compiled.read(spoken_words("sayabba the one thing number 9999 of many")) == [
        Reading("x", (("thing", "9999"),))
    ]


def test_only_pieces_that_stay_within_the_grammar_may_come_next(tokenizer: Tokenizer):
    speller = Speller(tokenizer, grammar("stop now", "stop walking"))
    place = speller.start
    for piece in ("▁St", "op", ",", "▁walk", "ing", "."):
        token = tokenizer.pieces.index(piece.encode())
        [at] = [n for n, allowed in enumerate(place.tokens) if allowed == token]
        assert not place.ends or piece == "."
        place = speller.at(*place.onward(at)[:2])
    assert place.ends
    spelled = {tokenizer.decode([token]).strip().lower() for token in place.tokens}
    assert not any(
        text[:1].isalpha() and not "please".startswith(text[0]) and len(text) > 9 for text in spelled
    )
    first = {tokenizer.decode([token]).lower() for token in speller.start.tokens}
    assert "sto" in first or "st" in first
    assert "cat" not in first


def test_a_grammar_that_no_piece_can_spell_allows_none(tokenizer: Tokenizer):
    speller = Speller(tokenizer, Grammar([Sentence("помогите мне", "relief")], {}))
    assert not speller.start.ends


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("(stop", "Unable to find end of group"),
        ("(" * 3000 + "stop" + ")" * 3000, "nested too deeply"),
        ("(a;b;c;d;e;f;g;h)", "more than 6 parts in any order"),
    ],
)
def test_a_template_that_cannot_be_read_is_named(template: str, reason: str):
    with pytest.raises(UsageError, match=reason) as raised:
        grammar(template)
    assert "'test'" in str(raised.value)
    assert len(str(raised.value)) < 300


def test_a_list_of_a_hundred_thousand_values_is_read(tokenizer: Tokenizer):
    values = [(f"{number} pills", str(number)) for number in range(100_000)]
    compiled = Grammar([Sentence("give me {number}", "x")], {"number": values})
    speller = Speller(tokenizer, compiled)
    state = compiled.start
    for word in ("give", "me"):
        onward = state.after(word)
        assert onward is not None
        state = onward
    assert len(speller.at(state, "").tokens) > 50
    assert compiled.read(["give", "me", "99999", "pills"]) == [Reading("x", (("number", "99999"),))]


def test_a_sentence_read_twice_means_the_same_whatever_is_done_with_what_it_meant_first():
    grammar = Grammar([Sentence("[help] my {muscle} hurts", "pain")], LISTS)
    expected = [Reading("pain", (("muscle", "hamstring"),))]
    first = grammar.read(["my", "back", "of", "my", "thigh", "hurts"])
    assert first == expected
    first.clear()
    assert grammar.read(["my", "back", "of", "my", "thigh", "hurts"]) == expected
    grammar.forget()
    assert grammar.read(["um", "my", "back", "of", "my", "thigh", "hurts"]) == expected
