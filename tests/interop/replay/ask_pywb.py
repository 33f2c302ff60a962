"""Run by pywb's own Python: serves a configuration in process, and prints what it answers to each path that comes as
JSON on standard input, an object a line; with `--surt` the keys of addresses instead."""

import json
import os
import sys


def main() -> None:
    """Answers all of them."""
    asked = json.load(sys.stdin)
    if sys.argv[1] == "--surt":
        from pywb.utils.canonicalize import canonicalize

        print(json.dumps([canonicalize(url) for url in asked]))
        return
    import gevent.monkey

    gevent.monkey.patch_all()
    from pywb.apps.frontendapp import FrontEndApp
    from werkzeug.test import Client

    client = Client(FrontEndApp(config_file=os.path.abspath(sys.argv[1])))  # noqa: PTH100 - before it is patched
    for path in asked:
        answer = client.get(path)
        told = {"status": answer.status_code, "headers": dict(answer.headers), "text": answer.get_data(as_text=True)}
        print(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)  # its servers would go on


main()
