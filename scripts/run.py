"""`make run`: migrate, fill a demo region when there is none, then keep web and worker going.

Ends both on Ctrl-C and SIGTERM, and when one of them ends, so that nothing runs half.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from types import FrameType

OUTREACH = [sys.executable, "-m", "outreach.cli"]
WAIT_SECONDS = 60


def say(words: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def taken(port: int) -> bool:
    """Whether something listens on the port already."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(address: str) -> bool:
    """Whether the web process is ready."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def keep_going(processes: dict[str, subprocess.Popen[bytes]], address: str) -> int:
    """Wait until one ends; its name is told. Returns the exit code for the shell."""
    announced = False
    began = time.monotonic()
    while True:
        for name, process in processes.items():
            code = process.poll()
            if code is not None:
                say(f"The {name} process ended (exit code {code}); stopping.")
                return code or 1
        if not announced and (answers(address) or time.monotonic() - began > WAIT_SECONDS):
            say(f"\nOutreach is open at {address}  (Ctrl-C ends it)\n")
            announced = True
        time.sleep(0.3)


def main() -> int:
    """Prepare, start, keep going, end."""
    port = os.environ.setdefault("PORT", "8000")
    address = f"http://127.0.0.1:{port}"
    os.environ.setdefault("OUTREACH_BASE_URL", address)
    if taken(int(port)):
        say(f"Port {port} is in use. Choose another: PORT=8001 make run")
        return 1
    for step in (["init"], ["demo", "--if-empty"]):
        code = subprocess.call([*OUTREACH, *step])
        if code:
            return code

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in ("web", "worker"):
            processes[name] = subprocess.Popen([*OUTREACH, name])
        return keep_going(processes, address)
    except KeyboardInterrupt:
        return 0
    finally:
        # Ctrl-C reaches the whole group, and perhaps twice: once is enough.
        for signal_ in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_, signal.SIG_IGN)
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


if __name__ == "__main__":
    sys.exit(main())
