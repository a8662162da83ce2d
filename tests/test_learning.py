"""What is learnt from a pack is kept, and learnt again when the pack or the file changes."""

from pathlib import Path

import pytest

from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.spelling import spoken_words
from voice_skill.learning import understander_of

NOSEBLEED = Path(__file__).parent / "packs" / "nosebleed"
QUESTION = "there is blood all over my nose"


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pack:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return load_pack(NOSEBLEED)


def kept(tmp_path: Path) -> list[Path]:
    return sorted(tmp_path.glob("voice-skill/understanding/*"))


def test_what_was_learnt_is_kept_and_means_the_same(pack: Pack, tmp_path: Path):
    learnt = understander_of(pack).understand(QUESTION)
    [file] = kept(tmp_path)
    written = file.stat().st_mtime_ns
    assert understander_of(pack).understand(QUESTION) == learnt
    assert file.stat().st_mtime_ns == written, "it was read, not learnt again"


def test_nothing_is_kept_when_not_wanted(pack: Pack, tmp_path: Path):
    understander_of(pack, keep=False)
    assert kept(tmp_path) == []


def test_a_changed_pack_is_learnt_anew(pack: Pack, tmp_path: Path):
    understander_of(pack)
    phrases = pack.phrases["relief"]
    pack.phrases["relief"] = phrases.model_copy(update={"examples": [*phrases.examples, "my nose leaks"]})
    understander_of(pack)
    assert len(kept(tmp_path)) == 2


def test_sayings_are_learnt_but_the_grammar_does_without_them(pack: Pack, tmp_path: Path):
    saying = "how come mine drips red every winter"
    assert pack.phrases["causes"].sayings == [saying]
    assert understander_of(pack).understand("and mine, how come it drips so red").intent == "causes"
    spoken = Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)
    assert not spoken.read(spoken_words(saying))
    assert spoken.read(spoken_words(pack.phrases["causes"].examples[0]))


def test_a_changed_saying_is_learnt_anew(pack: Pack, tmp_path: Path):
    understander_of(pack)
    pack.phrases["relief"] = pack.phrases["relief"].model_copy(update={"sayings": ["my nose leaks"]})
    understander_of(pack)
    assert len(kept(tmp_path)) == 2


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"{}"])
def test_a_damaged_file_is_learnt_again(pack: Pack, tmp_path: Path, damage: bytes):
    learnt = understander_of(pack).understand(QUESTION)
    [file] = kept(tmp_path)
    file.write_bytes(damage)
    assert understander_of(pack).understand(QUESTION) == learnt
    assert len(file.read_bytes()) > 1000, "and kept again"


def test_a_folder_that_cannot_be_written_is_no_obstacle(pack: Pack, tmp_path: Path):
    (tmp_path / "voice-skill").write_text("a file where the folder should be")
    assert understander_of(pack).understand(QUESTION).intent
    assert [path.name for path in tmp_path.iterdir()] == ["voice-skill"]
