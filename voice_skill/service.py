"""A systemd user service: how it is described, and how the program reports to systemd."""

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from voice_skill.errors import MissingError, UsageError
from voice_skill.storage import cache_home, write_atomically

NAME = "voice-skill.service"

WATCHDOG_S = 30

NOTIFY_S = 1.0
"""So long a word to systemd may take."""

_UNIT = """\
[Unit]
Description=Hands-free, offline help with a muscle cramp
After=pipewire.service pulseaudio.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
Restart=always
RestartSec=2
WatchdogSec={watchdog}
# It needs no network and writes only what can be made again.
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths="-{cache}"
PrivateTmp=yes
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
SystemCallArchitectures=native
MemoryMax=1G
RestrictNamespaces=yes
RestrictSUIDSGID=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
UMask=0077
# What it says to somebody is nobody else's; what fails is logged.
StandardOutput=null
StandardError=journal

[Install]
WantedBy=default.target
"""


def unit_file() -> Path:
    """Return where the unit lies: systemd's folder for the user's own units."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "systemd" / "user" / NAME


def unit(config: Path | None = None) -> str:
    """Return the text of the unit. config: the settings file it shall use."""
    words = [sys.executable, "-m", "voice_skill", "listen"]
    if config is not None:
        words += ["--config", str(config.resolve())]
    command = shlex.join(words).replace("%", "%%")
    return _UNIT.format(command=command, watchdog=WATCHDOG_S, cache=str(cache_home()).replace("%", "%%"))


def install(config: Path | None = None) -> Path:
    """Write the unit, start it, and have it start with every login. Raises MissingError without systemd."""
    cache_home().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = unit_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, unit(config).encode())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "Check its permissions") from error
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", NAME)
    return path


def remove() -> bool:
    """Stop the service and delete the unit; False if there was none."""
    path = unit_file()
    if not path.exists():
        return False
    _systemctl("disable", "--now", NAME)
    path.unlink()
    _systemctl("daemon-reload")
    return True


def state() -> str:
    """Return "not installed", or what systemd says of it: "active", "failed", ..."""
    if not unit_file().exists():
        return "not installed"
    return _systemctl("is-active", NAME, check=False)


def notify(message: str) -> None:
    """Tell systemd something, such as "READY=1"; nothing happens where it does not listen."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.settimeout(NOTIFY_S)
            sock.connect("\0" + address[1:] if address.startswith("@") else address)
            sock.sendall(message.encode())


def _systemctl(*words: str, check: bool = True) -> str:
    program = shutil.which("systemctl")
    if program is None:
        raise MissingError("systemd is not here", "Start voice-skill listen by whatever starts your services")
    done = subprocess.run(  # noqa: S603 - the words are ours
        [program, "--user", *words], capture_output=True, text=True, check=False, timeout=60
    )
    if check and done.returncode:
        problem = " ".join((done.stderr or done.stdout).split())
        raise MissingError(
            f"systemd refused: {problem}", f"Try by hand: systemctl --user {shlex.join(words)}"
        )
    return done.stdout.strip()
