"""Several long-running programs that are started, logged and stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

PATIENCE = 15  # seconds a program has to finish what it is doing


class Processes:
    """Programs in their own process groups, so that their children are stopped with them."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.echoes: list[threading.Thread] = []
        self.group = 0  # of the first program, which leads it

    def start(self, name: str, command: Iterable[str]) -> None:
        """Start a program; each line it prints is printed with its name in front."""
        process = subprocess.Popen(  # noqa: S603 - our own commands
            list(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Not in the terminal’s group: this process alone gets Ctrl-C, and stops them in order.
            process_group=self.group,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.group = self.group or process.pid
        self.running[name] = process
        echo = threading.Thread(target=_echo, args=(name, process), daemon=True)
        echo.start()
        self.echoes.append(echo)

    def ended(self) -> str:
        """Return the name of a program that has ended, or an empty string."""
        codes = {name: process.poll() for name, process in self.running.items()}
        return next((name for name, code in codes.items() if code is not None), "")

    def wait(self, until: Callable[[], bool] = lambda: False) -> str:
        """Wait until a condition is true or a program ends; return the name of that program."""
        while not (ended := self.ended()) and not until():
            time.sleep(0.1)
        return ended

    def stop(self) -> None:
        """Terminate all programs, wait for them, and kill the rest of their groups."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(p.poll() is None for p in self.running.values()):
            time.sleep(0.05)
        with suppress(ProcessLookupError):  # nothing was left
            os.killpg(self.group, signal.SIGKILL)
        for echo in self.echoes:
            echo.join(timeout=1)  # the last words of a program say why it ended


def _echo(name: str, process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        if text := line.strip():
            sys.stdout.write(f"{name:<6} {text}\n")
            sys.stdout.flush()
