"""A stranger's page, made inert, as a document of its own: it has no origin, runs nothing and loads nothing."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup
from starlette.responses import Response

_STYLE: Final = (
    "html{color-scheme:light}"
    "body{margin:1rem;font:15px/1.7 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;color:#222;"
    "background:#fff;overflow-wrap:anywhere}"
    "h1,h2,h3{line-height:1.35}table{border-collapse:collapse}td,th{border:1px solid #ddd;padding:.2em .4em}"
    ".box{display:inline-block;border:1px dashed #888;color:#555;font-size:12px;padding:0 .4em;margin:.1em 0}"
    ".link{border-bottom:1px solid #9ab}.unseen{opacity:.45}.note{color:#8a2414}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
FRAME_POLICY: Final = (
    f"sandbox; default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""Of what is shown in the frame: a document without an origin, without scripts, forms and pop-ups, which loads
nothing; of styles the one above."""
_DOCUMENT: Final = Markup(
    '<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>\n'
    "<body>{body}</body></html>\n"
)


def framed(title: str, body: Markup, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The document. `body`: made of a list of harmless elements (`RawPages.inert`), or of our own words."""
    document = _DOCUMENT.format(title=title, style=Markup(_STYLE), body=body)  # noqa: S704 - ours
    return Response(
        document.encode("utf-8", "replace"),
        status_code=status,
        media_type="text/html",
        headers={
            "content-security-policy": FRAME_POLICY,
            "cache-control": "no-cache",
            "vary": "cookie",
            **(headers or {}),
        },
    )
