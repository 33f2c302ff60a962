"""Cases for the predicates that decide on two texts."""

from tests.archive.dedup.copies import cut, noisy, spin, text, transcode
from tests.archive.dedup.verify.case import Case, Side
from tests.archive.dedup.verify.templates import (
    CHESS,
    CHINA,
    CLUTTER,
    COUNCIL,
    COURT,
    FERRY,
    FLASH,
    LIBRARY,
    MUSEUM,
    POWER,
    QUOTE,
    RACE,
    RATING,
    TRUCE,
    VERDICT,
    VIDEO,
    VISIT,
    WARNING,
    bridge,
)


def stories() -> tuple[Case, ...]:
    """Texts that are another story."""
    long = text(5, 700)
    digit = next(place for place, char in enumerate(long) if char.isdigit() and place > 300)
    corrected = f"{long[:digit]}{(int(long[digit]) + 1) % 10}{long[digit + 1 :]}"
    return (
        Case(
            needs=("ANOTHER_STORY.no_text",),
            why="a page of pictures has no text",
            one=Side(body="！"),
            other=Side(body=bridge()),
            says="no text",
        ),
        Case(
            needs=("ANOTHER_STORY.nothing_in_common",),
            why="two stories that share a few words were proposed",
            one=Side(body=text(1)),
            other=Side(body=text(2)),
            says="nothing in common",
        ),
        Case(
            needs=("ANOTHER_STORY.notice",),
            why="a site that has lost two articles shows a company's statement instead of both",
            one=Side(body=QUOTE, headline="清口大桥合龙"),
            other=Side(body=QUOTE, days=20, headline="永州区举办灯会"),
            says="notice",
        ),
        Case(
            needs=("ANOTHER_STORY.another_in_the_headline",),
            why="a museum opens one hall after the other",
            one=Side(body=MUSEUM.format(hall="古代陶瓷", count=300), headline="博物馆古代陶瓷展厅今起开放"),
            other=Side(body=MUSEUM.format(hall="近世书画", count=300), days=9, headline="博物馆近世书画展厅今起开放"),
            says="another in the headline",
        ),
        Case(
            needs=("ANOTHER_STORY.another_of_a_series",),
            why="a council meets for the third time, and two days later for the fourth",
            one=Side(body=COUNCIL.format(which="第三") + VISIT, days=2),
            other=Side(body=COUNCIL.format(which="第四") + VISIT),
            says="another of a series",
        ),
        Case(
            needs=("ANOTHER_STORY.announced_and_happened",),
            why="a court announces a verdict, and three days later reports it",
            one=Side(body=VERDICT.format(when="将于后天", result=""), headline="古城墙被凿案将宣判"),
            other=Side(body=VERDICT.format(when="", result="判处有期徒刑二年。"), days=3, headline="凿城墙者获刑二年"),
            says="announced and happened",
        ),
        Case(
            needs=("ANOTHER_STORY.corrected_name",),
            why="a desk corrects where the designers come from",
            one=Side(body=f"设计者来自浙江。{MUSEUM}{QUOTE}", headline="展厅完成改造"),
            other=Side(body=f"设计者来自福建。{MUSEUM}{QUOTE}", days=0.4, headline="展厅完成改造"),
            says="near",
        ),
        Case(
            needs=("ANOTHER_STORY.long_text_with_a_number",),
            why="a long article is part of a dossier two months later, with one number put right",
            one=Side(body=long),
            other=Side(body=f"{text(3)}\n{corrected}\n{text(6)}", days=60),
            says="excerpt_of",
        ),
        Case(
            needs=("ANOTHER_STORY.another_day",),
            why="a station says every evening, in the same words, what it will show on the next day",
            one=Side(body="航运大会3月5日开幕，市长作报告。" + QUOTE),
            other=Side(body=f"{QUOTE}船东代表的小组讨论从3月8日开始，地点改在旧仓库。", days=3),
            says="another day",
        ),
        Case(
            needs=("ANOTHER_STORY.another_company",),
            why="brokers rate one share after the other in the same words",
            one=Side(body=RATING.format(firm="恒通物流")),
            other=Side(body=RATING.format(firm="瑞丰能源")),
            says="another company",
        ),
        Case(
            needs=("ANOTHER_STORY.other_numbers_far_apart",),
            why="last year's report with this year's figure",
            one=Side(body=bridge(), days=365),
            other=Side(body=bridge(cost=22)),
            says="other numbers far apart",
        ),
        Case(
            needs=("ANOTHER_STORY.moved_day",),
            why="a daily notice in which nothing but the day changes",
            one=Side(body=FERRY.format(day=6)),
            other=Side(body=FERRY.format(day=7), days=1),
            says="moved day",
        ),
        Case(
            needs=("ANOTHER_STORY.correction",),
            why="a desk corrects a figure within hours",
            one=Side(body=RACE.format(distance="5公里")),
            other=Side(body=RACE.format(distance="10公里"), days=0.2),
            says="revised",
        ),
        Case(
            needs=("ANOTHER_STORY.other_numbers_in_a_short_text",),
            why="notices of one day for one line after the other",
            one=Side(body=POWER.format(line=12)),
            other=Side(body=POWER.format(line=37)),
            says="other numbers in a short text",
        ),
    )


def belief() -> tuple[Case, ...]:
    """Texts that share enough, or too little."""
    whole = text(5, 700)
    flash = "清口{place}路口今晨车辆剐蹭，无人受伤，现已恢复通行。"
    return (
        Case(
            needs=("BELIEVED.too_little",),
            why="flashes of one desk about one place after the other",
            one=Side(body=flash.format(place="临湖"), headline="清口临湖路口今晨车"),
            other=Side(body=flash.format(place="解放"), headline="清口解放路口今晨车"),
            says="too little in common",
        ),
        Case(
            needs=("BELIEVED.short_and_far_apart",),
            why="a standing notice comes back every year under the same headline",
            one=Side(body=LIBRARY, headline="图书馆闭馆通知"),
            other=Side(body=LIBRARY, days=365, headline="图书馆闭馆通知"),
            says="too far apart in time",
        ),
        Case(
            needs=("BELIEVED.verbatim",),
            why="a short text comes again after a month, word by word",
            one=Side(body=WARNING),
            other=Side(body=WARNING, days=40),
            says="exact",
        ),
        Case(
            needs=("BELIEVED.text_again",),
            why="a site prints a short text again after two months, and adds its line",
            one=Side(body=RACE.format(distance="半程")),
            other=Side(body=RACE.format(distance="半程") + "（来源：清口发布）", days=60),
            says="revised",
        ),
        Case(
            needs=("BELIEVED.long_text_again",),
            why="a site prints a text of some lines again after a year, and adds its own",
            one=Side(body=MUSEUM + QUOTE),
            other=Side(body=MUSEUM + QUOTE + CLUTTER, days=365),
            says="revised",
        ),
        Case(
            needs=("BELIEVED.very_long_text_again", "UNSURE.changed_much_later"),
            why="a long report is printed again after a year, with another end",
            one=Side(body=whole[: int(0.8 * len(whole))] + text(9)[:150]),
            other=Side(body=whole, days=365),
            says="doubtful",
        ),
        Case(
            needs=("BELIEVED.short_piece",),
            why="a flash is taken up in a longer report some days later",
            one=Side(body=FLASH),
            other=Side(body=f"{text(3)}\n{FLASH}\n{text(6)}", days=4),
            says="excerpt_of",
        ),
        Case(
            needs=("BELIEVED.flash_told_at_once", "PARTS.part_of_the_other"),
            why="within the hour a report has the two sentences of a flash, and one of its own between them",
            one=Side(body=FLASH),
            other=Side(
                body=f"{FLASH[:27]}。据目击者说，凌晨两点就有扫雪车来回作业，路边堆起了半人高的雪堆，{FLASH[27:]}\n{text(6)}"
            ),
            says="excerpt_of",
        ),
        Case(
            needs=("BELIEVED.common_passage", "PARTS.common_passage"),
            why="two desks quote one statement of a company, in reports of their own",
            one=Side(body=f"{COURT}\n{QUOTE}\n{VISIT}"),
            other=Side(body=f"{TRUCE}\n{QUOTE}\n{CHINA}", days=1),
            says="shares_passage",
        ),
        Case(
            needs=("BELIEVED.short_beginning",),
            why="a teaser ends early, in a portal's own words",
            one=Side(
                body=VISIT.format(lead="检查组")[:78] + "……登录后可以继续阅读，会员专享更多精彩报道，首月优惠，随时取消"
            ),
            other=Side(body=f"{VISIT.format(lead='检查组')}\n{text(3)}"),
            says="excerpt_of",
        ),
        Case(
            needs=("BELIEVED.little_unexplained",),
            why="a bad scan of a text in other words, and both begin with the end of another article",
            one=Side(body=CHESS[:60] + noisy(spin(whole), 8)),
            other=Side(body=VISIT[-60:] + whole),
            says="near",
            marks=("damaged",),
        ),
        Case(
            needs=("BELIEVED.cut_off",),
            why="a teaser, and below it the beginnings of other articles",
            one=Side(body=whole[:130] + "\n" + "\n".join(text(number)[:60] for number in range(10, 14))),
            other=Side(body=whole, days=9),
            says="shares_passage",
        ),
    )


def headlines() -> tuple[Case, ...]:
    """Very short texts, which need like headlines."""
    return (
        Case(
            needs=("ONE_STORY.long_enough",),
            why="a portal gives a text another headline",
            one=Side(body=bridge(), headline="两岸居民盼来新通道"),
            other=Side(body=bridge() + CLUTTER, headline="清口大桥合龙"),
            says="revised",
        ),
        Case(
            needs=("ONE_STORY.piece_of_a_longer_text",),
            why="one paragraph of an article, under a headline of its own",
            one=Side(body=text(7, 700)[200:270], headline="另一个标题"),
            other=Side(body=text(7, 700), headline="清口大桥合龙"),
            says="excerpt_of",
        ),
        Case(
            needs=("ONE_STORY.headline_tells_nothing",),
            why="a flash without a headline",
            one=Side(body=FLASH),
            other=Side(body=FLASH, headline="清口大桥恢复通行"),
            says="exact",
        ),
        Case(
            needs=("ONE_STORY.like_headlines",),
            why="two pages of one video, which have no text",
            one=Side(body=VIDEO, headline="清口大桥合龙"),
            other=Side(body=VIDEO, headline="清口大桥今日合龙"),
            says="exact",
        ),
        Case(
            needs=(),
            why="two pages of two videos, which have no text",
            one=Side(body=VIDEO, headline="清口大桥合龙"),
            other=Side(body=VIDEO, headline="永州区举办灯会"),
            says="unlike headlines",
        ),
    )


def relations() -> tuple[Case, ...]:
    """Texts that are the same, as what."""
    whole = text(8, 700)
    return (
        Case(
            needs=("SAME.whole",),
            why="a copy of which a third was left out",
            one=Side(body=whole[200:]),
            other=Side(body=whole),
            says="revised",
        ),
        Case(
            needs=("SAME.cut",),
            why="a copy that ends at half, where a portal wants a click",
            one=Side(body=cut(whole, 0.55)),
            other=Side(body=whole),
            says="revised",
            marks=("cut",),
        ),
        Case(
            needs=("UNSURE.under_other_headlines",),
            why="a long text under two headlines that are there to be clicked on",
            one=Side(body=whole, headline="太突然了！刚刚传来消息"),
            other=Side(body=whole, days=1, headline="网友都惊呆了，速看"),
            says="doubtful",
        ),
        Case(
            needs=("UNSURE.cut_days_later",),
            why="a report stands again as the background of what came of it",
            one=Side(body=f"{whole}\n{text(9, 500)}", days=16),
            other=Side(body=whole),
            says="doubtful",
        ),
        Case(
            needs=("UNSURE.short_and_retold",),
            why="a chamber of commerce says in its own words what a ministry has said, and more",
            one=Side(body=QUOTE.replace("公司", "商会").replace("高度重视", "十分关注").replace("连夜", "马上")),
            other=Side(body=QUOTE + CHESS[:120]),
            says="doubtful",
        ),
        Case(
            needs=("PARTS.half_of_both",),
            why="a report, and on the next day the echo that says part of it again, and other things between",
            one=Side(body=MUSEUM + TRUCE + QUOTE),
            other=Side(body=MUSEUM + CHINA + QUOTE, days=1),
            says="doubtful",
        ),
        Case(
            needs=("CHANGES.verbatim",),
            why="a reprint, word by word",
            one=Side(body=whole, days=2),
            other=Side(body=whole),
            says="exact",
        ),
        Case(
            needs=("CHANGES.spun",),
            why="a mirror swaps words for synonyms",
            one=Side(body=spin(whole), days=2),
            other=Side(body=whole),
            says="spun",
        ),
        Case(
            needs=("CHANGES.changed_numbers",),
            why="a desk corrects a figure",
            one=Side(body=bridge(cost=22)),
            other=Side(body=bridge()),
            says="revised",
        ),
        Case(
            needs=("CHANGES.changed_passages",),
            why="a desk adds a paragraph",
            one=Side(body=f"{whole}\n{text(9)[:120]}"),
            other=Side(body=whole),
            says="revised",
        ),
        Case(
            needs=("MARKS.transcoded",),
            why="a mirror in traditional characters",
            one=Side(body=transcode(whole)),
            other=Side(body=whole),
            says="near",
            marks=("transcoded",),
        ),
        Case(
            needs=("MARKS.damaged",),
            why="a bad scan",
            one=Side(body=noisy(whole)),
            other=Side(body=whole),
            says="near",
            marks=("damaged",),
        ),
    )
