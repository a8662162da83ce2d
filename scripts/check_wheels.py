"""Looks for wheels for ARM64 (Raspberry Pi and the like) of everything compiled that the program needs.

    .venv/bin/python scripts/check_wheels.py [--extra piper espeak]

Takes what is installed here, follows the requirements of voice-skill, and asks pip's package index for a
wheel of the same release for 64-bit ARM Linux. Exits with 1 if one is missing.
"""

import argparse
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution

GLIBC = (17, 24, 26, 27, 28, 31, 34, 35, 36)
"""Releases 2.x that a wheel may ask for; Raspberry Pi OS 12 has 2.36."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def needed(name: str, extras: Iterable[str]) -> dict[str, Distribution]:
    """Return what is installed of a package's requirements, and of theirs."""
    found: dict[str, Distribution] = {}
    waiting = [(name, frozenset(extras))]
    while waiting:
        package, wanted = waiting.pop()
        try:
            here = distribution(package)
        except PackageNotFoundError:
            continue  # not for this platform
        for requirement in here.requires or ():
            of_extra = re.search(r"extra\s*==\s*['\"](.+?)['\"]", requirement)
            match = _NAME.match(requirement)
            if match and (of_extra is None or of_extra[1] in wanted):
                other = re.sub(r"[-_.]+", "-", match[0]).lower()
                waiting += [] if other in found else [(other, frozenset())]
        found[package] = here
    return found


def is_compiled(package: Distribution) -> bool:
    """Tell whether a package's wheel is for one platform only."""
    tags = re.findall(r"^Tag: (.*)$", package.read_text("WHEEL") or "", re.MULTILINE)
    return any(not tag.endswith("-any") for tag in tags)


def has_arm_wheel(package: Distribution) -> bool:
    """Ask pip for the wheel of the same release."""
    platforms = [f"--platform=manylinux_2_{minor}_aarch64" for minor in GLIBC]
    platforms += ["--platform=manylinux2014_aarch64", "--platform=linux_aarch64"]
    with tempfile.TemporaryDirectory() as nowhere:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps"]
        command += ["--ignore-installed", "--only-binary=:all:", "--implementation=cp"]
        command += [f"--python-version={sysconfig.get_python_version()}", f"--target={nowhere}", *platforms]
        name = f"{package.metadata['Name']}=={package.version}"
        return subprocess.run([*command, name], capture_output=True, check=False).returncode == 0


def main() -> None:
    """Print a line for every compiled package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--extra", nargs="*", default=["piper", "espeak"], help="extras of voice-skill")
    options = parser.parse_args()
    packages = needed("voice-skill", options.extra)
    compiled = sorted(
        (one for one in packages.values() if is_compiled(one)), key=lambda one: one.name.lower()
    )
    missing = 0
    for package in compiled:
        there = has_arm_wheel(package)
        missing += not there
        sys.stdout.write(f"{'there  ' if there else 'MISSING'}  {package.name} {package.version}\n")
    rest = len(packages) - 1 - len(compiled)
    sys.stdout.write(
        f"{len(compiled)} compiled packages, {missing} without a wheel; {rest} are pure Python\n"
    )
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
