"""A real browser without a window: what a page looks like, and what a script finds in it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required",
]


def missing_browser() -> str:
    """Return what to install, "" if a browser is there."""
    return "" if _program() else "no browser: apt-get install chromium"


def _program() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _run(page: Path, *options: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        command = [str(_program()), *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def screenshot(page: Path, width: int, height: int, *, dark: bool = False) -> np.ndarray:
    """Return the picture of a page: (height, width, 3), 0 to 255."""
    picture = page.with_suffix(f".{width}{'-dark' if dark else ''}.png")
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    _run(page, f"--window-size={width},{height}", f"--screenshot={picture}", scheme)
    return np.asarray(Image.open(picture).convert("RGB"))


def evaluate(page: Path, script: str, width: int = 1280) -> str:
    """Return what the body of an async function returns, run in the page once it is loaded."""
    tested = page.with_suffix(".tested.html")
    call = f"<script>(async () => {{ {script} }})().then(r => document.title = 'RESULT ' + r);</script>"
    tested.write_text(page.read_text().replace("</body>", f"{call}</body>"))
    for budget_ms in (8_000, 60_000, 300_000):  # work in other threads of the browser takes real time
        dom = _run(tested, f"--window-size={width},900", f"--virtual-time-budget={budget_ms}", "--dump-dom")
        title = dom.partition("<title>")[2].partition("</title>")[0]
        if title.startswith("RESULT "):
            return title.removeprefix("RESULT ")
    raise AssertionError(f"the page did not answer: {title!r}")


def printed(page: Path) -> bytes:
    """Return the page as it comes out on paper (PDF)."""
    paper = page.with_suffix(".pdf")
    _run(page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    return paper.read_bytes()
