"""Pages of an invented portal, as many as wanted: what a person would have saved before drafting a site for it."""

from collections.abc import Sequence
from pathlib import Path

from crawler.demo.world.articles import Story, story
from crawler.upkeep.trial.samples import Sample

HOST = "https://www.qingzhou.example"
PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{headline}_河流_青舟网</title>
<meta name="keywords" content="{keywords}"><link rel="canonical" href="{url}">
<script>var page = {{title: "{headline}"}};</script></head>
<body><div class="nav"><a href="/">首页</a><a href="/topic/river/">河流</a><a href="/topic/sea/">海洋</a></div>
<div class="column"><h1 class="headline">{headline}</h1>
<p class="info"><time datetime="{time}:40+08:00">{shown}</time> 来源：{source} 记者：{author}</p>
<div class="story">
<p class="editor">责任编辑：{editor}</p>
{body}
<div class="promo"><a href="/shop/">青舟商城：灯具五折起，满百减十</a></div>
<p>分享到：微信 微博 朋友圈</p>
<div class="related-box"><h4>相关阅读</h4><ul>{related}</ul></div>
</div></div>
<div class="more"><h3>大家在看</h3>{side}</div>
<div class="foot">青舟网版权所有 未经授权不得转载 联系电话 010-55550000</div></body></html>"""
SOURCES = ("青舟网", "江声日报", "海潮晚报")
PEOPLE = ("沈一苇", "罗小满", "邱长河", "温秋白")


def url_of(number: int) -> str:
    return f"{HOST}/a/202511{number % 28 + 1:02}/{88000 + number}.html"


def tale_of(number: int) -> Story:
    """The story on a page: none of the shortest, which are flashes."""
    return story(11, number * 2 + 1)


def lines_of(number: int) -> list[str]:
    """The text of a page, a line each, as it is to be read."""
    return [line.text for line in tale_of(number).lines if line.kind == "paragraph" and line.text]


def page(number: int, template: str = PAGE) -> str:
    """One page, whose text is invented as well."""
    body = "\n".join(f"<p>{line}</p>" for line in lines_of(number))
    links = [f'<a href="{url_of(other)}">{tale_of(other).headline}</a>' for other in range(number + 1, number + 4)]
    day = f"2025-11-{number % 28 + 1:02}"
    return template.format(
        headline=tale_of(number).headline,
        keywords="渡口,路灯",
        url=url_of(number),
        time=f"{day}T09:28",
        shown=f"{day} 09:28",
        source=SOURCES[number % 3],
        author=PEOPLE[number % 4],
        editor=PEOPLE[(number + 1) % 4],
        body=body,
        related="".join(f"<li>{link}</li>" for link in links),
        side="".join(links),
    )


def samples(numbers: Sequence[int], template: str = PAGE) -> list[Sample]:
    """These pages."""
    return [
        Sample(name=f"{number}.html", url=url_of(number), data=page(number, template).encode()) for number in numbers
    ]


def save(folder: Path, numbers: Sequence[int]) -> Path:
    """These pages as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"{number}.html").write_text(page(number), encoding="utf-8")
    return folder
