"""A small load generator: some connections kept open, one request after the other on each.

Run as a process of its own, so that it takes no time from what it measures inside this one:
`python -m tests.bench.load PORT PATH SECONDS` prints the requests a second.
"""

import asyncio
import subprocess
import sys
import time

CONNECTIONS = 8


def requests_a_second(port: int, path: str, seconds: float) -> float:
    """Drive `path` for so long; every answer must be a 200."""
    done = subprocess.run(
        [sys.executable, __file__, str(port), path, str(seconds)],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    return float(done.stdout)


async def _drive(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.monotonic() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {head[:200]!r}")
        lines = head.lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        answered += 1
    writer.close()
    return answered


async def _measure(port: int, path: str, seconds: float) -> float:
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip, br\r\n"
        "Accept-Language: nl\r\nUser-Agent: Mozilla/5.0 (phone)\r\n\r\n"
    ).encode()
    start = time.monotonic()
    answered = await asyncio.gather(*(_drive(port, request, start + seconds) for _ in range(CONNECTIONS)))
    return sum(answered) / (time.monotonic() - start)


if __name__ == "__main__":
    print(asyncio.run(_measure(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))))
