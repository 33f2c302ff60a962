"""A time-stamping authority on loopback: openssl's, behind HTTP."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from attrs import define, field

_CONFIG: Final = """
[ req ]
distinguished_name = name
prompt = no
[ name ]
CN = Jianbao test {name}
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ stamping ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ tsa ]
default_tsa = here
[ here ]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def certify(folder: Path) -> Path:
    """Make a root and an authority under it; the root's certificate."""
    folder.mkdir()
    for name in ("root", "tsa"):
        (folder / f"{name}.cnf").write_text(_CONFIG.format(name=name, folder=folder))
        _openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
    new = ("req", "-new", "-sha256")
    _openssl(
        folder,
        *new,
        "-x509",
        "-days",
        "9",
        "-key",
        "root.key",
        "-config",
        "root.cnf",
        "-extensions",
        "root",
        "-out",
        "root.pem",
    )
    _openssl(folder, *new, "-key", "tsa.key", "-config", "tsa.cnf", "-out", "tsa.csr")
    signed = ("x509", "-req", "-sha256", "-days", "9", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key")
    _openssl(folder, *signed, "-set_serial", "7", "-extfile", "tsa.cnf", "-extensions", "stamping", "-out", "tsa.pem")
    (folder / "serial").write_text("01\n")
    return folder / "root.pem"


@define
class Authority:
    """One that answers. `change`: what it makes of its answer. `asked`: how often it was asked."""

    folder: Path
    change: Callable[[bytes], bytes] = lambda answer: answer
    kind: str = "application/timestamp-reply"
    status: int = 200
    wait: float = 0
    asked: int = 0
    port: int = field(default=0, init=False)
    paths: list[str] = field(factory=list, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def answer(self, query: bytes) -> bytes:
        """What openssl says to a query."""
        self.asked += 1
        (self.folder / "query").write_bytes(query)
        words = ("-config", "tsa.cnf", "-queryfile", "query", "-inkey", "tsa.key", "-signer", "tsa.pem")
        _openssl(self.folder, "ts", "-reply", *words, "-out", "answer")
        return self.change((self.folder / "answer").read_bytes())


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """The authority, behind HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            authority.paths.append(self.path)
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(authority.status)
            self.send_header("Content-Type", authority.kind)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for place in range(0, len(body), 64):
                if authority.wait:
                    time.sleep(authority.wait)
                try:
                    self.wfile.write(body[place : place + 64])
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
