"""Tags of very many attributes: the page is read, in no more time than others of its size."""

import time

import pytest

from crawler.pages.html.parse import MAX_ATTRIBUTES, parse

MANY = 300_000
LINE = "望潮港昨天重新开闸，第一艘货船驶进了内河。"
NAMED = [f"a{number}" for number in range(MANY)]


def now_and_then(value: str) -> list[str]:
    """Attributes without a value, but for one in 500."""
    return [f"{name}{value}" if number % 500 == 499 else name for number, name in enumerate(NAMED)]


BOMBS = {
    "values": "<div " + " ".join(f"{name}=1" for name in NAMED) + ">",
    "no values": "<div " + " ".join(NAMED) + ">",
    "a sign of the end in each": "<div " + "".join(f'{name}=">"' for name in NAMED) + ">",
    "single quotes, line ends": "<div\n" + "\n".join(f"{name} = '<'" for name in NAMED) + ">",
    "a sign of the end now and then": "<div " + " ".join(now_and_then('=">"')) + ">",
    "a tag now and then": "<div " + " ".join(now_and_then("= '<b> c'")) + ">",
    "one name": "<div " + "a=1 " * MANY + ">",
    "slashes": "<div" + "/a" * MANY + ">",
    "in no end": "<p>x</p><div " + " ".join(NAMED),
    "tags in a tag": "<a " * MANY + ">",
    "the body": "<body " + " ".join(f"{name}=1" for name in NAMED) + ">",
    "many tags": ("<i " + " ".join(NAMED[:2000]) + "></i>") * 150,
}


@pytest.mark.parametrize("name", BOMBS)
def test_attributes_without_end(name: str) -> None:
    data = f"<html><head><title>x</title></head>{BOMBS[name]}<p>{LINE}</p></html>".encode()
    before = time.process_time()
    root = parse(data)
    assert time.process_time() - before < 2
    assert root is not None
    assert max(len(element.attrib) for element in root.iter("*")) <= MAX_ATTRIBUTES
    if name != "in no end":
        assert LINE in [element.text for element in root.iter("p")]


def test_pages_with_long_tags_stay_as_they_are() -> None:
    """An image as text, a script without an end of a tag, a thousand attributes, quotes that hold tags."""
    data = (
        f"<html><body data-x='{'<b a=1>' * 5_000}'><img src='data:image/png;base64,{'A' * 90_000}' alt=x>"
        f"<script>if (a <b) {{ {'c = d; ' * 20_000} }}</script><div {' '.join(NAMED[:MAX_ATTRIBUTES])}>"
        f"<p class=x>{LINE}</p></div></body></html>"
    ).encode()
    root = parse(data)
    assert root is not None
    assert root.find("body").get("data-x") == "<b a=1>" * 5_000
    assert len(root.find(".//img").get("src")) == 90_022
    assert len(root.find(".//div").attrib) == MAX_ATTRIBUTES
    assert root.find(".//p").text == LINE
