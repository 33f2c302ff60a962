"""The headline that a `<title>` gives."""

import pytest

from crawler.pages.fields.headline import clean_title


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("望潮港重新开闸 - 望潮中文网 - 两岸三地", "望潮港重新开闸"),
        ("望潮港重新开闸 -中望网", "望潮港重新开闸"),
        ("望潮港重新开闸_望潮新闻_望潮网", "望潮港重新开闸"),
        ("望潮港公布2024-2025年度运费账目_望潮新闻网", "望潮港公布2024-2025年度运费账目"),
        ("望潮港公布2024-2025年度运费账目：看新闻", "望潮港公布2024-2025年度运费账目：看新闻"),
        ("原创：望潮港重新开闸|望潮社区", "望潮港重新开闸"),
        ("", ""),
    ],
)
def test_a_site_and_its_channel_are_no_part_of_it(title: str, headline: str) -> None:
    assert clean_title(title) == headline
