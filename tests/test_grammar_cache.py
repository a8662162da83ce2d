"""The compiled grammar on disk: the same as compiled anew, whatever happens to the file."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.dialog.schema import Phrases
from voice_skill.hearing.grammar import Grammar, Sentence
from voice_skill.hearing.grammar_cache import KEPT, SUFFIX, from_bytes, grammar_of, to_bytes
from voice_skill.hearing.spelling import spoken_words

SENTENCES = [
    "My left calf, no, right calf is cramping.",
    "Um, should I put ice on it please?",
    "I'm not sure what's wrong",
    "Can I take ibuprofen?",
    "the library closes at eight",
]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


def kept(pack: Pack, folder: Path) -> Grammar:
    return grammar_of(pack.phrases, pack.slots, pack.red_flags, folder=folder)


def same(one: Grammar, other: Grammar) -> bool:
    """Tell whether two grammars take the same sentences for the same things, word by word."""
    for text in SENTENCES:
        words = spoken_words(text)
        state, twin = one.start, other.start
        assert one.read(words) == other.read(words)
        for word in words:
            assert state.words == twin.words
            onward, onward_twin = state.after(word), twin.after(word)
            if onward is None or onward_twin is None:
                assert onward is onward_twin
                break
            state, twin = onward, onward_twin
            assert state.final == twin.final
    return one.words == other.words


def test_what_was_kept_is_what_was_compiled(pack: Pack, tmp_path: Path):
    compiled = Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)
    assert same(kept(pack, tmp_path), compiled)
    [file] = tmp_path.iterdir()
    written = file.stat().st_ino
    assert same(kept(pack, tmp_path), compiled)
    assert file.stat().st_ino == written, "read, and not written again"
    assert kept(pack, tmp_path).phrases() == compiled.phrases()


def test_a_change_of_the_pack_is_compiled(pack: Pack, tmp_path: Path):
    kept(pack, tmp_path)
    phrases = {**pack.phrases, "relief": Phrases(phrases=["my bagpipes are cramping"], examples=[])}
    grammar = grammar_of(phrases, pack.slots, pack.red_flags, folder=tmp_path)
    assert grammar.read(["my", "bagpipes", "are", "cramping"])
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-100] + bytes([content[-100] ^ 1]) + content[-99:],
        lambda content: content.replace(b"grammar 1", b"grammar 0"),
        lambda content: b"\x80\x04K\x01.",
    ],
    ids=["empty", "half", "one bit", "another version", "something else"],
)
def test_a_damaged_file_is_compiled_anew(pack: Pack, tmp_path: Path, damage: Callable[[bytes], bytes]):
    grammar = kept(pack, tmp_path)
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    with pytest.raises(ValueError, match="damaged"):
        from_bytes(file.read_bytes())
    assert same(kept(pack, tmp_path), grammar)
    assert file.read_bytes() == whole


def test_few_are_kept_and_nothing_half_written(pack: Pack, tmp_path: Path):
    draft = tmp_path / ".cut-off.part"
    draft.write_bytes(b"half")
    os.utime(draft, (1, 1))
    for number in range(KEPT + 3):
        phrases = {"x": Phrases(phrases=[f"say {number}"], examples=[])}
        grammar_of(phrases, {}, {}, folder=tmp_path)
    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) == KEPT
    assert not draft.exists()


def test_a_place_that_cannot_be_written_is_done_without(pack: Pack, tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert grammar_of(pack.phrases, pack.slots, pack.red_flags, folder=tmp_path / "file" / "x").words


def test_several_processes_may_do_it_at_once(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path\n"
        "from voice_skill.dialog.schema import Phrases\n"
        "from voice_skill.hearing.grammar_cache import grammar_of\n"
        "phrases = {'x': Phrases(phrases=['say [the] (one|other) word'], examples=[])}\n"
        "for _ in range(40):\n"
        "    [f.unlink(missing_ok=True) for f in Path(sys.argv[1]).glob('*.grammar')]\n"
        "    assert grammar_of(phrases, {}, {}, folder=Path(sys.argv[1])).read('say the one word'.split())\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == ["", "", ""]


def test_ten_thousand_templates_are_read_back():
    many = {"thing": [(f"thing number {n} of many", str(n)) for n in range(10_000)]}
    names = ["".join(letters) for letters in product("abcdefghij", repeat=4)]
    compiled = Grammar((Sentence(f"say{name} [the] (one|other) {{thing}}", "x") for name in names), many)
    [reading] = from_bytes(to_bytes(compiled)).read(spoken_words("sayabba the one thing number 9999 of many"))
    assert dict(reading.slots) == {"thing": "9999"}


def test_a_phrase_list_shows_all_words_and_neighbours():
    lists = {"muscle": [("calf", "calf"), ("calves", "calf"), ("back of my thigh", "hamstring")]}
    templates = ["my {muscle} (hurts|cramp[s|ing] [again]) [today]", "(red;green) light"]
    grammar = Grammar([Sentence(template, "x") for template in templates], lists)
    phrases = grammar.phrases()
    assert [phrase for phrase in phrases if not grammar.read(phrase.split())] == []
    pairs = {pair for phrase in phrases for pair in zip(phrase.split(), phrase.split()[1:], strict=False)}
    for pair in [("my", "calf"), ("my", "back"), ("cramp", "again"), ("cramping", "today"), ("red", "green")]:
        assert pair in pairs


def test_the_phrase_list_of_a_pack_covers_it(pack: Pack):
    grammar = Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)
    phrases = grammar.phrases()
    assert {word for phrase in phrases for word in phrase.split()} >= grammar.words
    assert len(phrases) < 15_000
