"""Scrapy's settings: what a crawl loads."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.core.spidermw import SpiderMiddlewareManager
from scrapy.extension import ExtensionManager
from scrapy.utils.misc import load_object
from crawler.run.runner import project_settings
settings = project_settings()
for manager in (DownloaderMiddlewareManager, SpiderMiddlewareManager, ExtensionManager):
    for component in manager._get_mwlist_from_settings(settings):
        print(load_object(component).__name__)
for handler in settings.getwithbase("DOWNLOAD_HANDLERS").values():
    if handler is not None:
        load_object(handler)
assert not (found := {"aiohttp", "requests", "tldextract", "twisted.conch", "ftplib"} & set(sys.modules)), found
"""


def test_a_crawl_loads_of_scrapy_what_it_needs() -> None:
    """What is switched off, a telnet server or remote control, is not even there, and costs no start of a crawl."""
    command = [sys.executable, "-c", PROGRAM]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = done.stdout.split()
    assert {"GuardMiddleware", "RobotsMiddleware", "WarcMiddleware", "RedirectMiddleware", "RetryMiddleware"} <= set(
        names
    )
    assert {"HttpProxyMiddleware", "DownloadTimeoutMiddleware", "UserAgentMiddleware"} <= set(names)
    assert not {"CookiesMiddleware", "HttpCacheMiddleware", "TelnetConsole", "RemoteControl"} & set(names)
