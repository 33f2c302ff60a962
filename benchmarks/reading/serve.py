"""The reading room under load, beside an import that writes: `make bench-serve`.

An archive of the demo portal's articles is made by `jianbao import`. Then another lot is imported into copies of it, in
turns: alone, and while this program asks `jianbao serve` for pages at a steady rate, whether or not it has answered the
last ones (an open loop: a slow server does not slow what it is asked). What each kind of page took is printed, with the
share by which the import was slower. All three processes share the machine's cores.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import define, field
from rich.console import Console
from rich.table import Table

from crawler.demo.world.truth import World

JIANBAO: Final = str(Path(sys.executable).with_name("jianbao"))
PROMISED_SLOWDOWN: Final = 1.2
WORDS: Final = ("稀土", "文旅局", "记者", "的", "title:稀土", '"厂房加入"', "稀土 -环保", "site:sohu 报名", "项目*")
SEARCHES: Final = 5
"""Of 100 requests, so many are searches."""
PAGES: Final = 100
"""So many of each kind tell what one costs."""
MIX: Final = (("article", 45), ("story", 15), ("front", 15), ("changes", 10), ("browse", 10), ("search", SEARCHES))


@define
class Asked:
    """What came of the requests of one kind: milliseconds each, and the answers that were no 200."""

    took: list[float] = field(factory=list)
    wrong: list[str] = field(factory=list)


@define
class Server:
    """One server."""

    port: int
    process: int

    def processor(self) -> float:
        """The milliseconds of a processor that it has taken so far, as Linux counts them."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, print the table, and end with 1 where a request failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5_000, help="in the archive that is read")
    parser.add_argument("--more", type=int, default=6_000, help="imported beside the reading")
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--rounds", type=int, default=3, help="imports alone, and as many beside readers")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        folder = Path(name)
        _records(folder / "first.jsonl", args.articles, seed=1)
        _records(folder / "more.jsonl", args.more, seed=2)
        _imported(folder / "home", folder / "first.jsonl")
        alone, beside = [], []
        asked: dict[str, Asked] = defaultdict(Asked)
        with _served(folder / "home") as server:
            costs = asyncio.run(_costs(server, args.articles))
        for _ in range(args.rounds):
            with _copy(folder) as home:
                alone.append(_imported(home, folder / "more.jsonl"))
            with _copy(folder) as home, _served(home) as server:
                beside.append(asyncio.run(_reading(home, folder / "more.jsonl", server.port, args, asked)))
    failed = _print(asked, alone, beside, costs, args)
    sys.exit(1 if failed else 0)


def _records(path: Path, articles: int, seed: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in World(articles, seed).records():
            if record.get("body"):
                file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _imported(home: Path, path: Path) -> float:
    """Import a file; the seconds that it took, by the clock."""
    begun = time.perf_counter()
    subprocess.run(_import(home, path), check=True, capture_output=True)
    return time.perf_counter() - begun


def _import(home: Path, path: Path) -> list[str]:
    return [JIANBAO, "--home", str(home), "import", str(path)]


@contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    home = folder / "copy"
    shutil.copytree(folder / "home", home)
    try:
        yield home
    finally:
        shutil.rmtree(home)


@contextmanager
def _served(home: Path) -> Iterator[Server]:
    """A server of its own process."""
    command = [JIANBAO, "--home", str(home), "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert server.stdout is not None
    try:
        said = server.stdout.readline()
        yield Server(int(said.rstrip().rstrip("/").rpartition(":")[2]), server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


async def _costs(server: Server, articles: int) -> dict[str, float]:
    """What a page of each kind costs: milliseconds of a processor, whatever else the machine has to do."""
    clients, asked, chance = Clients(server.port), Asked(), random.Random(2)
    found = {}
    for kind, _ in MIX:
        for paths in (10, PAGES):
            before = server.processor()
            for _ in range(paths):  # the first ones load what later ones have
                await clients.ask(_path(kind, chance, articles), asked)
        found[kind] = (server.processor() - before) / PAGES
    clients.close()
    assert not asked.wrong, asked.wrong
    return found


async def _reading(home: Path, path: Path, port: int, args: argparse.Namespace, asked: dict[str, Asked]) -> float:
    """Ask at the rate until the import has ended; the seconds that that took."""
    begun = time.perf_counter()
    importing = await asyncio.create_subprocess_exec(
        *_import(home, path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    ended = asyncio.ensure_future(importing.wait())
    clients = Clients(port)
    sending: set[asyncio.Task[None]] = set()
    chance = random.Random(1)
    number = 0
    while not ended.done():
        await asyncio.sleep(max(0.0, begun + number / args.rate - time.perf_counter()))
        kind = chance.choices([kind for kind, _ in MIX], [share for _, share in MIX])[0]
        task = asyncio.ensure_future(clients.ask(_path(kind, chance, args.articles), asked[kind]))
        sending.add(task)
        task.add_done_callback(sending.discard)
        number += 1
    took = time.perf_counter() - begun
    await asyncio.gather(*sending)
    clients.close()
    assert await ended == 0, "the import failed"
    return took


def _path(kind: str, chance: random.Random, articles: int) -> str:
    key = chance.randint(1, articles // 2)
    paths = {
        "article": f"/article/{key}",
        "story": f"/story/{key}",
        "front": "/",
        "changes": "/changes",
        "browse": "/search",
        "search": f"/search?q={_quoted(chance.choice(WORDS))}",
    }
    return paths[kind]


def _quoted(words: str) -> str:
    return "".join(f"%{byte:02X}" for byte in words.encode())


class Clients:
    """Connections that are kept open, as a proxy keeps them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, path: str, asked: Asked) -> None:
        """Ask for a page, and note what came of it."""
        begun = time.perf_counter()
        try:
            head = await self._answer(path)
        except (OSError, EOFError, IndexError) as error:
            asked.wrong.append(f"{path}: {error!r}")
            return
        asked.took.append((time.perf_counter() - begun) * 1000)
        status = head.split(" ", 2)[1]
        if status != "200":
            asked.wrong.append(f"{path}: {status}")

    async def _answer(self, path: str) -> str:
        """The head of the answer; its body is read to the end."""
        while True:
            is_old = bool(self._free)
            reader, writer = self._free.pop() if is_old else await asyncio.open_connection("127.0.0.1", self._port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n\r\n".encode())
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
            except (OSError, EOFError):
                writer.close()
                if not is_old:  # the server had closed it meanwhile, as it may
                    raise
                continue
            self._free.append((reader, writer))
            return head

    def close(self) -> None:
        """Let the connections go."""
        for _, writer in self._free:
            writer.close()


def _print(
    asked: dict[str, Asked], alone: list[float], beside: list[float], costs: dict[str, float], args: argparse.Namespace
) -> int:
    table = Table(title=f"{args.rate} requests a second beside an import; milliseconds")
    for name in ("page", "asked", "p50", "p95", "slowest", "failed", "processor"):
        table.add_column(name, justify="left" if name == "page" else "right")
    for kind, one in sorted(asked.items()):
        took = sorted(one.took) or [0.0]
        shown = (statistics.median(took), took[int(len(took) * 0.95)], took[-1])
        table.add_row(
            kind, str(len(one.took)), *(f"{value:.1f}" for value in shown), str(len(one.wrong)), f"{costs[kind]:.1f}"
        )
    console = Console()
    console.print(table)
    wrong = [said for one in asked.values() for said in one.wrong]
    for said in wrong[:10]:
        console.print(f"  {said}")
    mean = sum(costs[kind] * share for kind, share in MIX) / 100
    console.print(f"processor: milliseconds that a page costs, asked for alone; {mean:.1f} in the mean of the mix")
    slower = statistics.median(beside) / statistics.median(alone)
    console.print(
        f"import of {args.more} articles: {statistics.median(alone):.1f} s alone, {statistics.median(beside):.1f} s "
        f"beside the readers: {slower:.2f} times (at most {PROMISED_SLOWDOWN} is promised)"
    )
    return len(wrong)


if __name__ == "__main__":
    main()
