"""Starting a program, and stopping it with all its child processes."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"


class MissingProgramError(RuntimeError):
    """A program that a test needs is not installed."""


class DidNotStartError(RuntimeError):
    """A program ended or never became ready; the message has the end of its log."""


def find_program(name: str, *, package: str, folders: Sequence[str | Path] = ()) -> str:
    """Return the path of a program, from `folders`, else from PATH."""
    places = [str(folder) for folder in folders]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ["PATH"], "/usr/sbin"]))
    if not found:
        raise MissingProgramError(
            f"{name} is not installed: the Debian package is {package} (scripts/setup installs it)."
        )
    return found


def free_port() -> int:
    """Return a loopback port that is currently free."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Return whether a loopback port accepts connections."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def children(pid: int) -> list[int]:
    """Return the child processes of a process; none when it has ended."""
    with contextlib.suppress(FileNotFoundError):
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    return []


@contextlib.contextmanager
def private_folder(owner: str | None = None) -> Iterator[Path]:
    """Yield a temporary folder with access for `owner` only (default: the user of the tests)."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-"))
    try:
        if owner:
            account = pwd.getpwnam(owner)
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    log: Path,
    ready: Callable[[], bool],
    within: float = 120,
    stop_with: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in its own process group until the block ends.

    The whole group is killed at the end: workers of django-q2 survive a parent that is killed alone.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            env=env,
            cwd=cwd,
        )
    try:
        _wait_until_ready(process, ready, within, log)
        yield process
    finally:
        stop(process, stop_with)


def eventually(condition: Callable[[], object], within: float = 120) -> None:
    """Wait until a condition is true that another process or thread fulfils."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"the condition was not true within {within} s"
        time.sleep(0.02)


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """Send a signal to a process group, then kill the rest of it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_until_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], within: float, log: Path
) -> None:
    deadline = time.monotonic() + within
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-4000:]
            raise DidNotStartError(f"{process.args!r} did not start:\n{tail}")
        time.sleep(0.05)
