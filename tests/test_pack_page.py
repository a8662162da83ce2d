"""The page of a whole pack, in a real browser: light and dark, on phone and desk, spoken and on paper."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.browser import evaluate, missing_browser, printed, screenshot
from tests.voices import speak
from voice_skill.dialog.pack import load_pack
from voice_skill.dialog.reading import TUNING
from voice_skill.workshop.page import fingerprint, page

TEA = Path(__file__).parent.parent / "voice_skill" / "workshop" / "template"


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "en.html"
    file.write_text(page(load_pack("en"), "uk"))
    return file


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "tea.html"
    file.write_text(page(load_pack(TEA), "", speak))
    return file


@pytest.fixture(scope="module")
def browser() -> None:
    if missing := missing_browser():
        pytest.skip(missing)


def brightness(picture: np.ndarray) -> float:
    return float(np.median(picture))


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_light_or_dark_as_the_reader_likes_it(browser, english, width):
    light = screenshot(english, width, 900)
    dark = screenshot(english, width, 900, dark=True)
    assert light.shape == dark.shape == (900, width, 3)
    assert brightness(light) > 230
    assert brightness(dark) < 50
    for picture in (light, dark):
        ink = np.abs(picture.astype(int) - np.median(picture, axis=(0, 1))).max(axis=2) > 90
        assert 0.01 < ink.mean() < 0.4, "there is writing, and room around it"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_sticks_out_to_the_side(browser, english, width):
    script = "return document.documentElement.scrollWidth + ' ' + document.documentElement.clientWidth"
    wide, room = map(int, evaluate(english, script, width).split())
    assert wide <= room


def test_every_link_inside_leads_somewhere(browser, english):
    script = """return [...document.querySelectorAll('a[href^="#"]')]
        .filter(a => !document.getElementById(decodeURIComponent(a.getAttribute('href').slice(1)))).length"""
    assert evaluate(english, script) == "0"


def test_the_dialog_is_drawn_and_each_exercise_has_its_timeline(browser, english):
    script = """const graph = document.querySelector('svg.graph');
        const boxes = [...graph.querySelectorAll('.node')].map(n => n.getBoundingClientRect());
        const clash = boxes.some((a, i) => boxes.slice(i + 1).some(b =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
        return [boxes.length, clash, document.querySelectorAll('svg.timeline').length].join(' ')"""
    pack = load_pack("en")
    boxes = len(pack.topics) + len(pack.exercises) + len(pack.red_flags)
    assert evaluate(english, script) == f"{boxes} false {len(pack.exercises)}"


def test_the_samples_can_be_played(browser, tea):
    script = """const all = [...document.querySelectorAll('audio')];
        const context = new OfflineAudioContext(1, 16000, 16000);
        let seconds = 0;
        for (const one of all) {
            const bytes = Uint8Array.from(atob(one.src.split(',')[1]), c => c.charCodeAt(0));
            seconds += (await context.decodeAudioData(bytes.buffer)).duration;
        }
        return all.length + ' ' + seconds"""
    count, seconds = evaluate(tea, script).split()
    assert int(count) == 4
    assert float(seconds) > 5


def test_the_page_fetches_nothing(english, tea):
    for file in (english, tea):
        html = file.read_text()
        assert not re.findall(r"""(?:src|@import|url\()\s*=?\s*["']?(?!data:)https?:""", html)
        assert not re.findall(r"<(?:script|link|iframe|img)\b", html)


def test_the_page_says_everything_that_the_pack_says(english):
    html = re.sub(r"\s+", " ", english.read_text())
    pack = load_pack("en")
    for exercise in pack.exercises.values():
        for step in exercise.steps:
            assert step.text.replace("'", "&#x27;") in html
    assert "Call nine nine nine now." in html
    assert "{" not in re.sub(r"<style>.*?</style>|<details>.*?</details>", "", html), (
        "every word is filled in"
    )
    for source in pack.sources.values():
        assert source.url.replace("&", "&amp;") in html


def test_a_signature_is_for_exactly_this_content(english, tmp_path):
    pack = load_pack("en")
    assert fingerprint(pack) in english.read_text()
    assert fingerprint(load_pack(TEA)) != fingerprint(pack)


def test_on_paper_it_is_black_on_white_and_can_be_signed(browser, tea):
    content = printed(tea)
    assert content.startswith(b"%PDF")
    assert 1 <= content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") <= 6


def test_text_in_a_pack_is_never_taken_for_markup(tmp_path):
    folder = Path(shutil.copytree(TEA, tmp_path / "pack"))
    answers = folder / "answers" / "tea.yaml"
    answers.write_text(answers.read_text().replace("Boil fresh water.", "<script>alert(1)</script>"))
    html = page(load_pack(folder))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "voice_skill", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, timeout=300, env=env)


def test_a_new_pack_works_and_is_shown(tmp_path):
    made = run("pack", "new", tmp_path / "mine", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert run("check", tmp_path / "mine", cwd=tmp_path).returncode == 0
    played = run("test", tmp_path / "mine", cwd=tmp_path)
    assert played.stdout.startswith("2 of 2"), played.stdout
    shown = run("pack", "show", tmp_path / "mine", "--silent", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert (tmp_path / "tea.html").read_text().startswith("<!doctype html>")
    first = (tmp_path / "mine" / "answers" / "tea.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../.schema/answers.json"
    assert (tmp_path / "mine" / "answers" / ".." / ".schema" / "answers.json").is_file()


def test_nothing_of_somebody_s_is_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    refused = run("pack", "new", tmp_path, cwd=tmp_path)
    assert refused.returncode == 2
    assert "is there already, and not an empty folder. Name a new folder" in refused.stderr.replace("\n", " ")
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_page_that_cannot_be_written_is_one_line(tmp_path):
    refused = run("pack", "show", TEA, "--silent", "--out", tmp_path / "no" / "page.html", cwd=tmp_path)
    assert refused.returncode == 2
    assert "does not exist. Create it, or name another place" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_schemas_for_a_pack_that_has_none(tmp_path):
    made = run("pack", "schema", tmp_path / "mine" / ".schema", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    names = sorted(file.stem for file in (tmp_path / "mine" / ".schema").iterdir())
    assert names == sorted(
        [
            "answers",
            "conversations",
            "exercises",
            "hints",
            "pack",
            "phrases",
            "prompts",
            "red_flags",
            "sayings",
            "slots",
            "sources",
        ]
    )


def test_what_check_finds_can_be_read_by_a_program(tmp_path):
    mine = Path(shutil.copytree(TEA, tmp_path / "mine"))
    answers = mine / "answers" / "tea.yaml"
    answers.write_text(answers.read_text().replace("exercise: steep", "exercise: steap", 1))
    found = run("check", mine, "--json", "--coverage", cwd=tmp_path)
    assert found.returncode == 1
    report = json.loads(found.stdout)
    (problem,) = report["problems"]
    assert problem == {
        "file": "answers/tea.yaml",
        "line": 10,
        "column": 7,
        "message": "unknown exercise 'steap'; did you mean 'steep'?",
        "rule": "reference",
    }
    assert report["coverage"]["S2"][0].startswith("answers/tea.yaml:")
    told = run("check", mine, cwd=tmp_path)
    assert told.stdout.startswith(f"{mine}/answers/tea.yaml:10:7: unknown exercise 'steap'")
    assert "1 problem(s)" in told.stderr


def test_the_check_of_a_pack_looks_at_its_tuning(tmp_path):
    assert run("pack", "new", tmp_path / "mine", cwd=tmp_path).returncode == 0
    (tmp_path / "mine" / TUNING).write_bytes(b"no archive")
    told = run("check", tmp_path / "mine", cwd=tmp_path)
    assert told.returncode != 0
    assert "hearing.npz:1:1: this cannot be read" in told.stdout
