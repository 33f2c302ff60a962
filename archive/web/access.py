"""Who may read and who may write: one token, which a person or a program shows.

A program sends it with each request (`Authorization: Bearer TOKEN`; a feed reader as a password). A person types it in
once: the cookie holds a proof of it that ends after a day, never the token, and a browser sends it from our own pages
alone (`SameSite=Strict`). Forms carry a token of their own besides, made from the cookie's.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from starlette.requests import Request

COOKIE: Final = "jianbao"
SECONDS: Final = 24 * 3600
"""So long a cookie is good for."""
GUESSES: Final = 20
"""So many wrong tokens are looked at in a minute."""
MINUTE: Final = 60
SHORTEST: Final = 16
"""Characters of a token: fewer can be guessed."""


class Access:
    """`token`: None where nobody may write. `public`: whether everybody may read."""

    def __init__(self, token: str | None, *, public: bool = True, clock: Callable[[], float] = time.time) -> None:
        self.token = token
        self.public = public
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=GUESSES)
        self._lock = threading.Lock()

    def may_guess(self) -> bool:
        """Whether the form may be sent: not after so many wrong tokens in a minute, whoever sent them. Who has a
        cookie, or sends the token as a program does, is not held up."""
        with self._lock:
            return len(self._wrong) < GUESSES or self._wrong[0] <= self._clock() - MINUTE

    def guessed_wrong(self) -> None:
        """Somebody sent another token by the form."""
        with self._lock:
            self._wrong.append(self._clock())

    def may_write(self, request: Request) -> bool:
        """Whether the request shows the token, or a cookie that was given for it."""
        return self.by_header(request) or self.by_cookie(request)

    def may_read(self, request: Request) -> bool:
        """Whether the request may be answered at all."""
        return self.public or self.may_write(request)

    def is_right(self, token: str) -> bool:
        """Whether this is the token."""
        return self.token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def by_header(self, request: Request) -> bool:
        """Whether a program shows the token."""
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                value = base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif kind.lower() != "bearer":
            return False
        return self.is_right(value.strip())

    def by_cookie(self, request: Request) -> bool:
        """Whether a browser shows a cookie of ours that is still good."""
        said, _, signed = request.cookies.get(COOKIE, "").rpartition(".")
        until = said.partition(".")[0]
        if self.token is None or not (until.isascii() and until.isdigit() and len(until) < 12):
            return False
        return int(until) > self._clock() and hmac.compare_digest(self._signed("cookie", said), signed)

    def cookie(self) -> str:
        """A new cookie's value, for who has shown the token."""
        said = f"{int(self._clock()) + SECONDS}.{secrets.token_hex(8)}"
        return f"{said}.{self._signed('cookie', said)}"

    def form_token(self, request: Request) -> str:
        """What a form of ours carries for this visitor."""
        return self._signed("form", request.cookies.get(COOKIE, ""))

    def form_is_ours(self, request: Request, sent: str) -> bool:
        """Whether a form was sent from a page that we gave to this visitor. A program that shows the token in a header
        needs none: no other site can make a browser do so."""
        if self.by_header(request):
            return True
        return hmac.compare_digest(sent.encode(), self.form_token(request).encode())

    def _signed(self, what: str, value: str) -> str:
        return hmac.new((self.token or "").encode(), f"{what}:{value}".encode(), hashlib.sha256).hexdigest()
