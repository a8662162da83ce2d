"""The background service: how systemd is told to run it, and how it is installed."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from voice_skill.assistant import MOST_STUMBLES, Assistant
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.events import Ended, Event, Fault, Understood
from voice_skill.service import notify, unit

SYSTEMCTL = """#!/bin/sh
echo "$@" >> {log}
case "$*" in *is-active*) echo active;; esac
"""


def test_what_it_says_to_somebody_stands_in_no_log(tmp_path: Path) -> None:
    text = unit(tmp_path / "config.yaml")
    assert "StandardOutput=null" in text
    assert "StandardError=journal" in text


def test_a_home_with_a_space_in_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "my cache"))
    assert f'ReadWritePaths="-{tmp_path}/my cache/voice-skill"' in unit()


def test_it_is_installed_looked_at_and_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    systemctl, log = tmp_path / "bin" / "systemctl", tmp_path / "log"
    systemctl.parent.mkdir()
    systemctl.write_text(SYSTEMCTL.format(log=log))
    systemctl.chmod(systemctl.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{systemctl.parent}:{os.environ['PATH']}")

    def service(word: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "voice_skill", "service", word]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert service("status").stdout.strip() == "not installed"
    assert service("install").returncode == 0
    file = tmp_path / "config" / "systemd" / "user" / "voice-skill.service"
    assert file.read_text() == unit()
    assert service("status").stdout.strip() == "active"
    assert service("remove").returncode == 0
    assert not file.exists()
    assert "--user enable --now voice-skill.service" in log.read_text()
    assert "--user disable --now voice-skill.service" in log.read_text()


def test_systemd_that_does_not_listen_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("WATCHDOG=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "there"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "there"))
        notify("WATCHDOG=1")
        assert server.recv(100) == b"WATCHDOG=1"


def test_at_a_glance_there_is_what_was_said_to_it_and_no_other_talk() -> None:
    assistant = Assistant(Settings(region="uk", cache=False), load_pack("en"), lambda _: None)
    session = assistant.conversation.session
    assistant._watch(Understood(session.understand("My calf is cramping."), answered=True))
    assistant._watch(Understood(session.understand("What's for dinner?"), answered=False))
    assert assistant.glance().words == "My calf is cramping."
    assistant.conversation.forget()
    assert not assistant.glance().words
    assistant._close()


def test_a_mistake_in_the_program_is_survived_though_not_over_and_over() -> None:
    told: list[Event] = []
    assistant = Assistant(Settings(region="uk", cache=False), load_pack("en"), told.append)
    for _ in range(MOST_STUMBLES):
        assistant._stumble(ValueError("calf"))
    assert told[:2] == [Fault("conversation", "a mistake in the program: ValueError"), Ended()]
    assert assistant.conversation.performer.busy, "it says that it missed something"
    with pytest.raises(ValueError, match="calf"):
        assistant._stumble(ValueError("calf"))
    assistant._close()
