"""A small load generator for webhooks: a list of forms, each posted once, over some connections kept open.

Run as a process of its own, so that it takes no time from what it measures:
`python -m tests.bench.posts PORT FILE`, where FILE is a JSON list of [path, body, headers]; it prints the requests a
second and how often each status was answered.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

CONNECTIONS = 8

Post = tuple[str, str, dict[str, str]]


def posts_a_second(port: int, posts: Sequence[Post], folder: Path) -> tuple[float, dict[str, int]]:
    """Post all of them; how many a second, and how often each status came back."""
    file = folder / "posts.json"
    file.write_text(json.dumps(posts))
    done = subprocess.run(
        [sys.executable, __file__, str(port), str(file)],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    rate, statuses = json.loads(done.stdout)
    return rate, statuses


async def _drive(port: int, requests: list[bytes], statuses: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while requests:
        writer.write(requests.pop())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        statuses[head.split(" ", 2)[1]] += 1
        length = next(
            (int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0
        )
        await reader.readexactly(length)
        if "connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def _request(port: int, post: Post) -> bytes:
    path, body, headers = post
    lines = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/x-www-form-urlencoded", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


async def _measure(port: int, posts: Sequence[Post]) -> tuple[float, Counter[str]]:
    requests = [_request(port, post) for post in reversed(posts)]
    statuses: Counter[str] = Counter()
    start = time.monotonic()
    await asyncio.gather(*(_drive(port, requests, statuses) for _ in range(CONNECTIONS)))
    return len(posts) / (time.monotonic() - start), statuses


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())))))
