"""A process that stores the same stories as its siblings, each under its own name: `python -m
tests.archive.dedup.writer`."""

import random
import sys

from archive.store.db import open_engine
from tests.archive.dedup.copies import record, spaced, store, text


def main(url: str, name: str, count: int) -> None:
    """Store stories 0 to `count` one by one in an order of its own, and print each when it is committed."""
    numbers = list(range(count))
    random.Random(name).shuffle(numbers)
    engine = open_engine(url)
    for number in numbers:
        body = text(number, 250)
        store(
            engine, record(spaced(body) if ord(name[-1]) % 2 else body, f"{name}-{number}", site=name, days=number % 3)
        )
        print(number, flush=True)
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
