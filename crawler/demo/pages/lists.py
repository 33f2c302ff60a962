"""The lists that name the articles: whatever a site file declares is answered, in the form its address implies."""

import json
from collections.abc import Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import frozen

if TYPE_CHECKING:
    from crawler.demo.world.truth import Publication, Special, World
    from crawler.pages.template.site import Source

PAGE = 20


@frozen
class Entry:
    """One line of a list: which article, and under which of its addresses."""

    of: "Publication | Special"
    url: str


class Lists:
    """Every declared list page by its address, newest entries first. Each article stands on one list at least."""

    def __init__(self, world: "World", sources: dict[str, Sequence["Source"]]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        self._encodings: dict[str, str] = {}
        for site, declared in sources.items():
            self._share_out(world.listed(site), declared)

    def _share_out(self, listed: "list[Publication | Special]", declared: Sequence["Source"]) -> None:
        """Deals the articles to the sources that can name them, a page at a time, and fills short lists up with
        articles that stand on another list too, under their share or mobile address."""
        shares: dict[str, list[Entry]] = {source.name: [] for source in declared}
        for number, one in enumerate(listed):
            able = [source for source in declared if _can_name(source, one)]
            if able:
                shares[able[number % len(able)].name].append(Entry(one, one.listed_url))
        for source in declared:
            share = shares[source.name]
            there = {entry.of.native_id for entry in share}
            missing = max(source.expect, 5) - len(share)
            fillers = (one for one in listed if one.native_id not in there and _can_name(source, one))
            share += [Entry(one, (one.listed_url, *one.aliases)[-1]) for one in islice(fillers, max(0, missing))]
            size = max(PAGE, -(-len(share) // len(source.urls)))
            for page, url in enumerate(source.urls):
                key = _key(url, source.posts[page] if source.posts else "")
                self._entries[key] = share[page * size : (page + 1) * size]
                self._encodings[key] = source.encoding or "utf-8"

    def answer(self, url: str, posted: str = "") -> tuple[bytes, str] | None:
        """The list at that address as bytes and content type, `posted`: what was sent there; None where no source
        declares it, or past its end."""
        entries = self._entries.get(_key(url, posted))
        if entries is None:
            return None
        if not entries and "/special/" in url:
            return None  # these lists end in an HTTP error
        kind, text = _render(url, entries)
        return text.encode(self._encodings[_key(url, posted)]), kind


def _key(url: str, posted: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}?{parts.query} {posted}"


def _can_name(source: "Source", one: "Publication | Special") -> bool:
    """Sohu's feeds build addresses from two numbers, so that they name no old article."""
    if any(host in source.urls[0] for host in ("v2.sohu.com", "cis.sohu.com", "odin.sohu.com")):
        return one.native_id.startswith("a:")
    if one.native_id.startswith("v:"):
        return "callback=" in source.urls[0]
    return True


def _render(url: str, entries: Sequence[Entry]) -> tuple[str, str]:
    host, path = urlsplit(url).netloc, urlsplit(url).path
    if "callback=" in url:
        return "application/javascript", _jsonp(url, entries)
    if "/touch/reconstruct/" in url:
        code = path.split("/")[-2]
        return "application/javascript", f"artiList({_dump({code: [_mobile_entry(entry) for entry in entries]})})"
    if "/hot/news/flow" in url:
        return "application/json", _dump(
            {"code": 0, "msg": "success", "data": {"list": [_mobile_entry(entry) for entry in entries]}}
        )
    if host == "gw.m.163.com":
        return "application/json", _dump({"code": 0, "data": {"items": [_mobile_entry(entry) for entry in entries]}})
    if "/public-api/feed" in url:
        return "application/json;charset=UTF-8", _dump([_feed_entry(entry) for entry in entries])
    if "/integration-api/" in url:
        return "application/json;charset=UTF-8", _dump({"code": 200, "data": [_feed_entry(entry) for entry in entries]})
    if "/cisv4/feeds" in url:
        wrapped = [{"resourceData": {"businessType": 1, "contentData": _topic_entry(entry)}} for entry in entries]
        return "application/json;charset=UTF-8", _dump({"10935": {"code": "0", "count": len(wrapped), "data": wrapped}})
    if "/odin/api/" in url:
        return "application/json;charset=UTF-8", _dump(
            {"code": 0, "data": {"TPLFeedMul_2_9_feedData": {"list": [_topic_entry(entry) for entry in entries]}}}
        )
    return "text/html", _html(entries)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _time(entry: Entry, form: str) -> str:
    published = getattr(entry.of, "published_at", None)
    return published.strftime(form) if published else ""


def _milliseconds(entry: Entry) -> int | None:
    published = getattr(entry.of, "published_at", None)
    return int(published.timestamp()) * 1000 if published else None


def _jsonp(url: str, entries: Sequence[Entry]) -> str:
    rows = [
        _dump(
            {
                "title": entry.of.headline,
                "digest": "",
                "docurl": entry.url,
                "commenturl": "",
                "tienum": 12,
                "tlastid": "",
                "tlink": entry.url,
                "label": "其它",
                "keywords": [{"akey_link": "/keywords/7/7/1.html", "keyname": "词"}],
                "time": _time(entry, "%m/%d/%Y %H:%M:%S"),
                "newstype": "video" if entry.of.native_id.startswith("v:") else "article",
                "imgurl": "",
                "add1": "",
                "add2": "",
                "add3": "",
                "channelname": "guonei",
                "source": getattr(entry.of, "source_name", None) or "",
            }
        )
        for entry in entries
    ]
    comma = "," if len(url) % 2 else ""  # half of the portal's lists end with a trailing comma
    return "data_callback([" + ",\n".join(rows) + comma + "\n])"


def _mobile_entry(entry: Entry) -> dict[str, Any]:
    return {
        "docid": entry.of.native_id,
        "source": getattr(entry.of, "source_name", None) or "",
        "title": entry.of.headline,
        "priority": 0,
        "hasImg": 1,
        "url": entry.url,
        "skipURL": "",
        "skipType": "",
        "commentCount": 0,
        "digest": "",
        "imgsrc": "",
        "ptime": _time(entry, "%Y-%m-%d %H:%M:%S"),
    }


def _feed_entry(entry: Entry) -> dict[str, Any]:
    number, _, account = entry.of.url.rpartition("/")[2].partition("_")
    return {
        "id": int(number),
        "authorId": int(account),
        "authorName": getattr(entry.of, "account_name", None) or "",
        "title": entry.of.headline,
        "mobileTitle": entry.of.headline,
        "publicTime": _milliseconds(entry),
        "cmsId": 0,
        "resourceType": 1,
        "type": 0,
        "url": f"//www.sohu.com/a/{number}_{account}",
    }


def _topic_entry(entry: Entry) -> dict[str, Any]:
    """An entry of the lists that are posted to; the feed's, with the time under another name."""
    feed = _feed_entry(entry)
    account = feed["authorName"]
    return {
        **{key: feed[key] for key in ("id", "authorId", "title")},
        "url": f"/a/{feed['id']}_{feed['authorId']}?scm=1101.topic:438647:110063.0.1.a2",
        "icon": "",
        "brief": "",
        "cover": [],
        "extraInfoList": [{"text": account}, {"text": "3小时前"}],
        "postTime": feed["publicTime"],
    }


def _html(entries: Sequence[Entry]) -> str:
    rows = "\n".join(
        f'<li><a href="{escape(entry.url)}" title="{escape(entry.of.headline)}">{escape(entry.of.headline)}</a></li>'
        for entry in entries
    )
    return f"""<!DOCTYPE html>
<html><head><title>首页</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/domestic/">国内</a><a href="https://mail.163.com/">邮箱</a></div>
<ul class="newsdata_list">
{rows}
</ul><div class="foot"><a href="/about/">关于</a></div></body></html>
"""
