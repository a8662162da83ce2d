"""Make a virtual environment and install the project into it; needs nothing but Python's standard library.

    python3 scripts/bootstrap.py .venv piper,espeak

Debian's Python comes without `ensurepip` unless python3-venv is installed. Then pip itself is taken from the
package index: a wheel of pip is a program that can be run as it lies.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import venv
from pathlib import Path

OLDEST = (3, 11)

NEVER_OPENED = (
    "moonshine_voice/libmoonshine.so",  # we run its weights with onnxruntime; its own engine is 64 MB
    "moonshine_voice.libs",
    "moonshine_voice/assets/*.wav",
    "moonshine_voice/assets/*.tsv",
    "piper/hebrew",
    "*/espeak-ng-data/ru_dict",  # half of eSpeak's data is one dictionary
    "numpy/*/tests",
    "onnxruntime/transformers",  # tools for making models, not for running them
    "onnxruntime/tools",
    "setuptools",  # wheels need no build tools
    "setuptools-*.dist-info",
    "pkg_resources",
    "_distutils_hack",
    "distutils-precedence.pth",
)
"""Parts of installed packages that this program never opens: about 150 MB, a quarter of the installation."""


LEARN = """
from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
understander_of(load_pack("en"))
"""
"""Done now, so that the first question need not wait for it."""


def main() -> int:
    """Set up; 0 when the environment is ready."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return fail(f"Python {found} is too old; 3.11 or newer is needed", "make PYTHON=python3.11")
    folder, extras = Path(sys.argv[1]), sys.argv[2]
    python = folder / "bin" / "python"
    if not works(python, "pip"):
        say(f"Making a virtual environment in {folder} ...")
        try:
            create(folder, python)
        except (OSError, subprocess.CalledProcessError, urllib.error.URLError, LookupError) as error:
            return fail(f"no virtual environment: {error}", "sudo apt install python3-venv")
    say("Installing voice-skill and its parts (about 250 MB to fetch the first time) ...")
    done = subprocess.run([python, "-m", "pip", "install", "--editable", f".[{extras}]"], check=False)
    if done.returncode:
        return fail(
            "the installation did not finish (see above)", "check the network and run the same command again"
        )
    trim(folder)
    say("Learning what people say about cramps (half a minute or so, once) ...")
    subprocess.run([python, "-c", LEARN], check=False)  # what fails here is only slower later
    return 0


def works(python: Path, module: str) -> bool:
    """Tell whether that interpreter exists and has the module."""
    if not python.exists():
        return False
    return (
        subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True).returncode == 0
    )


def create(folder: Path, python: Path) -> None:
    """Make the environment, with pip in it."""
    try:
        import ensurepip  # noqa: F401 - Debian splits it off
    except ImportError:
        venv.create(folder, symlinks=True, clear=True, with_pip=False)
        with tempfile.TemporaryDirectory() as scratch:
            wheel = fetch_pip(Path(scratch))
            command = [python, f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
            subprocess.run(command, check=True)
    else:
        venv.create(folder, symlinks=True, clear=True, with_pip=True)


def fetch_pip(folder: Path) -> Path:
    """Download the newest pip wheel from the package index, checked against the index's SHA-256."""
    page = f"{index_url().rstrip('/')}/pip/"
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    with urllib.request.urlopen(urllib.request.Request(page, headers=accept), timeout=60) as reply:
        files = json.load(reply)["files"]
    wheels = [
        file for file in files if file["filename"].endswith("-py3-none-any.whl") and not file.get("yanked")
    ]
    if not wheels:
        raise LookupError(f"no pip wheel at {page}")
    newest = max(wheels, key=lambda file: version(file["filename"]))
    target = folder / newest["filename"]
    with urllib.request.urlopen(urllib.parse.urljoin(page, newest["url"]), timeout=120) as reply:
        target.write_bytes(reply.read())
    if hashlib.sha256(target.read_bytes()).hexdigest() != newest["hashes"]["sha256"]:
        raise LookupError("the pip wheel arrived damaged")
    return target


def version(filename: str) -> tuple[int, ...]:
    """Return the version in a wheel's name; pre-releases sort below everything."""
    parts = filename.split("-")[1].split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else (0,)


def index_url() -> str:
    """Return the package index that pip would use."""
    if "PIP_INDEX_URL" in os.environ:
        return os.environ["PIP_INDEX_URL"]
    home = Path.home()
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(["/etc/pip.conf", home / ".pip/pip.conf", home / ".config/pip/pip.conf"])
    return settings.get("global", "index-url", fallback="https://pypi.org/simple")


def trim(folder: Path) -> None:
    """Remove from the environment what the program never opens; a Raspberry Pi's card is small."""
    for packages in folder.glob("lib/python3.*/site-packages"):
        for pattern in NEVER_OPENED:
            for path in list(packages.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def say(line: str) -> None:
    """Show what happens now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fail(problem: str, fix: str) -> int:
    """Say what is wrong and how to mend it."""
    sys.stderr.write(f"{problem}. Mend it: {fix}\n")
    return 3


if __name__ == "__main__":
    sys.exit(main())
