"""What the program knows about cramps stands in the pack; the engine would do for any other subject."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import voice_skill
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.understanding.normalize import normal_form
from voice_skill.understanding.words import listed

ENGINE = Path(voice_skill.__file__).parent

SAYS_WHAT_THE_PRODUCT_IS = {"cli/app.py", "service.py"}
"""Files with the one line that tells what the program is for."""

ABOUT_CRAMPS = {
    *("cramp", "cramps", "cramping", "cramped", "spasm", "spasms", "charley", "gramp", "gramping", "kramp"),
    *("muscle", "muscles", "venous", "varicose", "pickle", "electrolytes", "electrolyte", "relief"),
    *("tylonol", "parasetamol", "ibuprofin", "advill", "detralax"),
}

LISTS = ("muscle", "medicine", "supplement", "veintablet", "cramp")
"""Lists whose words are about cramps, but for the everyday ones."""

EVERYDAY = listed(
    "about above arms baby back backs behind belly below between complex contraction contractions dose drink "
    "each extra feet five foot four fraction from front half hand hands high hundred index inner inside left "
    "little lower medicine middle night nine other part queue relax right ring second side small soap "
    "something somewhere tabs that three twelve under unknown upper would your"
)
"""Words of these lists that mean much besides."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


def words_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and word of every name and text of a module, without its documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            text = node.value
        elif isinstance(node, (ast.Name, ast.FunctionDef, ast.ClassDef, ast.arg, ast.Attribute)):
            text = next(getattr(node, key) for key in ("id", "name", "arg", "attr") if hasattr(node, key))
        else:
            continue
        yield from ((node.lineno, word) for word in re.findall(r"[a-z]+", text.lower()))


def known_to(pack: Pack) -> set[str]:
    """Return the words by which a cramp, a muscle, a medicine are named."""
    said = [text for name in LISTS for texts in pack.slots[name].values() for text in texts]
    names = [value for name in LISTS for value in pack.slots[name]]
    words = {word for text in said for word in re.findall(r"[a-z]{4,}", normal_form(text))}
    return (ABOUT_CRAMPS | words | set(names)) - EVERYDAY


def test_no_module_knows_a_word_about_cramps(pack: Pack):
    known = known_to(pack)
    assert {"calf", "hamstring", "detralex", "magnesium", "ibuprofen", "quinine", "thigh"} <= known
    found = [
        f"{file.relative_to(ENGINE)}:{line}: {word}"
        for file in sorted(ENGINE.rglob("*.py"))
        if str(file.relative_to(ENGINE)) not in SAYS_WHAT_THE_PRODUCT_IS
        for line, word in words_of(ast.parse(file.read_text()))
        if word in known
    ]
    assert found == []


def test_no_module_knows_a_topic_or_a_list_of_the_pack(pack: Pack):
    """A topic's name in the code would make it do something for cramps that it does for nothing else."""
    names = {name for name in (*pack.topics, *pack.slots, *pack.red_flags) if "_" in name or name == "relief"}
    assert len(names) > 15
    found = [
        f"{file.relative_to(ENGINE)}: {name}"
        for file in sorted(ENGINE.rglob("*.py"))
        for name in names
        if re.search(rf"""["']{name}["']""", file.read_text())
    ]
    assert found == []
