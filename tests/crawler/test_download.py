"""How the download handler ends."""

import subprocess
import sys

from tests.crawler.warm import ROOT

CLOSES = """
from scrapy.utils.reactor import install_reactor
install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from scrapy.utils.defer import deferred_from_coro
from crawler.download import PoliteHandler

class Pool:
    def closeCachedConnections(self):
        closed = Deferred()
        reactor.callLater(0.02, closed.callback, None)
        reactor.callLater(0.04, reactor.stop)
        return closed

handler = PoliteHandler.__new__(PoliteHandler)
handler._pool, handler.patience = Pool(), {patience}
reactor.callWhenRunning(lambda: deferred_from_coro(handler.close()).addCallback(lambda _: print("closed")))
reactor.run()
"""


def test_connections_that_close_late_are_no_traceback() -> None:
    for patience in (0, 5):
        done = subprocess.run(
            [sys.executable, "-c", CLOSES.format(patience=patience)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("closed\n", "")
