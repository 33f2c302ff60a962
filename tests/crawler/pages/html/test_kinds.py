"""What a caption is: said in one place, for the walk, for the kinds, and for pages of no template."""

import pytest

from crawler.pages.html.kinds import CAPTION, is_caption, says_caption
from crawler.pages.html.parse import parse
from crawler.pages.html.walk import walk
from crawler.pages.page import Page
from tests.crawler.pages.read import extract

CAPTIONS = [
    "▲桥头的灯。",
    "△ 桥头的灯",
    "▼灯匠在扎灯",
    "灯匠在扎灯。 石桥社记者 叶青 摄",
    "灯匠在扎灯。石桥社记者叶青摄",
    "灯匠在扎灯（叶青 摄）",
    "▲燈匠在紮燈。（圖／記者葉青攝）",
    "燈匠在紮燈。（資料照）",
    "灯匠在扎灯。受访者供图",
    "灯匠在扎灯。 石桥晚报 图",
    "图片来源：石桥图库",
    "灯匠在扎灯。图/叶青",
    "资料图",
    "资料图：灯匠在扎灯",
    "石桥台节目截图",
    "（石橋社製圖，點開看大圖）",
    "（网络图片）",
]
NO_CAPTIONS = [
    "灯匠说，一盏灯要扎七天。",
    "灯会的照片由他一人拍摄",
    "他画了一张地图，图上只有一座桥。",
    "点击看清晰大图",
    "高清组图",
    "灯从哪里来",
    "石桥社记者 叶青",
    "来源：石桥晚报",
    "",
    "▲" + "灯" * CAPTION,
    "灯" * CAPTION + "叶青 摄",
]


@pytest.mark.parametrize("text", CAPTIONS)
def test_words_of_a_caption(text: str) -> None:
    assert says_caption(text)


@pytest.mark.parametrize("text", NO_CAPTIONS)
def test_words_of_something_else(text: str) -> None:
    assert not says_caption(text)


@pytest.mark.parametrize(
    ("line", "below"),
    [
        ("<p>灯匠在扎灯。 叶青 摄</p>", True),
        ("<p>受访者供图</p>", True),
        ("<p>▲灯匠在扎灯</p>", True),
        ("<p>▼灯匠在扎灯</p>", False),  # of the image below it
        ("<p>灯匠在扎灯</p>", False),
        ("<center>灯匠在扎灯</center>", True),
        ("<p align=center>灯匠在扎灯</p>", True),
        ("<p style='text-align:center'>灯匠在扎灯</p>", True),
        ("<p class=f_center>灯匠在扎灯</p>", True),
        ("<p class=img-desc>灯匠在扎灯</p>", True),
        ("<p class='photo_caption x'>灯匠在扎灯</p>", True),
        ("<p class=imaginary>灯匠在扎灯</p>", False),
        (f"<p align=center>{'灯' * CAPTION}</p>", True),
        (f"<p align=center>{'灯' * CAPTION}会</p>", False),
    ],
)
def test_a_line_below_an_image(line: str, below: bool) -> None:
    tree = parse(f"<html><body><div><img src=1>{line}</div></body></html>")
    assert tree is not None
    image, text = walk(tree.find("body/div"))
    assert image.kind == "image"
    assert text.kind == ("caption" if below else "paragraph")
    assert is_caption(text.text, text.node) is below


def page(body: str, url: str) -> Page:
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>石桥镇的灯会今晚开幕了</title></head><body>
<div class="post_main"><h1 class="post_title">石桥镇的灯会今晚开幕了</h1><div id="content"><div class="post_body">
<p>石桥镇的灯会今晚开幕，昨日已有两万人到场，从东门步行，从西门骑车，车都停在桥头。</p>{body}
<p>灯会到十五为止，十六这天拆灯，灯匠说，拆灯比扎灯还要难，要三十个人拆一整夜。</p></div></div></div></body></html>"""
    return extract(html.encode(), url=url)


@pytest.mark.parametrize("url", ["https://www.163.com/news/article/KC12OUGR0001899O.html", "https://open.example/1"])
def test_an_image_has_its_caption_on_every_page(url: str) -> None:
    body = """<p><img src="/1.jpg"></p><p class="ad_module"></p><p>灯匠在扎灯。 石桥社记者 叶青 摄</p>
    <p><img src="/2.jpg"></p><p>灯匠说，一盏灯要扎七天，扎好了还要晾三天，晾好了才能点。</p>"""
    found = page(body, url)
    assert [image.caption for image in found.images] == ["灯匠在扎灯。 石桥社记者 叶青 摄", ""]
    assert [block.kind for block in found.blocks if block.kept] == [
        "paragraph",
        "image",
        "caption",
        "image",
        "paragraph",
        "paragraph",
    ]
