#!/usr/bin/env python3
"""every SECONDS COMMAND…: runs a command, waits so long, and runs it again, until it is told to end (SIGTERM, SIGINT):
then the command is told, once, and has the time that it takes to end well. How it ended is nobody's business here: it
says itself what a person must know (docs/exit-codes.md).

In Python, since a shell loses what it is told while it starts a command.
"""

import signal
import subprocess
import sys
import time

STEP = 0.2
"""Seconds after which it is looked whether to go on waiting."""


class Every:
    """The command, again and again."""

    def __init__(self, seconds: float, command: list[str]) -> None:
        self.seconds = seconds
        self.command = command
        self.child: subprocess.Popen[bytes] | None = None
        self.ending = self.told = False

    def end(self, *_: object) -> None:
        """A signal says so, at whatever instant."""
        self.ending = True
        if self.child is not None and not self.told:
            self.told = True
            self.child.terminate()

    def run(self) -> None:
        """Until `end`. Raises `OSError` where the command cannot be started."""
        while not self.ending:
            self.child = subprocess.Popen(self.command)  # noqa: S603 - what compose.yaml says
            if self.ending:  # said before the command had a number
                self.end()
            self.child.wait()
            self.child = None
            until = time.monotonic() + self.seconds
            while not self.ending and (left := until - time.monotonic()) > 0:
                time.sleep(min(left, STEP))


def main() -> None:
    """`every` as it is called."""
    words = sys.argv[1:]
    if len(words) < 2 or not words[0].isdecimal():
        sys.exit("Usage: every SECONDS COMMAND…")
    every = Every(float(words[0]), words[1:])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, every.end)
    try:
        every.run()
    except OSError as error:
        sys.exit(f"every: {words[1]}: {error.strerror}")


if __name__ == "__main__":
    main()
