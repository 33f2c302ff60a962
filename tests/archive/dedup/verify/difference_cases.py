"""Cases for the predicates that say what a difference is: other numbers, noise, other names."""

import re

from tests.archive.dedup.copies import RESIGNATION, noisy, shifted, text
from tests.archive.dedup.verify.case import Case, Side
from tests.archive.dedup.verify.templates import (
    AUDIT,
    CHESS,
    CHINA,
    COURT,
    EDITION,
    GALE,
    PRAISE,
    RACE,
    TALKS,
    TRUCE,
    VISIT,
    bridge,
)


def numbers() -> tuple[Case, ...]:
    """Numbers that say the same, and others."""
    return (
        Case(
            needs=("NUMBERS.same_digits",),
            why="a spinning mirror swaps the words that stand beside the numbers",
            one=Side(body=bridge(), days=9),
            other=Side(
                body=bridge()
                .replace("全长3280米", "总长3280公尺")
                .replace("总造价21亿", "总投资21亿")
                .replace("时速80公里", "车速80公里")
            ),
            says="near",
        ),
        Case(
            needs=("NUMBERS.same_date",),
            why="an agency says the day, a later copy the year and the month too",
            one=Side(body=TALKS.format(a="总理", day="11日"), days=9),
            other=Side(body=TALKS.format(a="总理", day="2025年9月11日")),
            says="near",
        ),
        Case(
            needs=("NUMBERS.same_sum",),
            why="one desk writes the race as 1万米, the other as 10000米",
            one=Side(body=RACE.format(distance="1万米"), days=9),
            other=Side(body=RACE.format(distance="10000米")),
            says="near",
        ),
        Case(
            needs=("NUMBERS.other_digits", "ANOTHER_STORY.many_other_numbers"),
            why="an office fills in one bridge after the other",
            one=Side(body=bridge(length=910, cost=4, speed=60, lanes=2, minutes=12) + VISIT, days=5),
            other=Side(body=bridge() + VISIT),
            says="many other numbers",
        ),
        Case(
            needs=("NUMBERS.other_numerals",),
            why="a club reports the race of the teams of three, and three weeks later that of the teams of four",
            one=Side(body=RACE.format(distance="三人组"), days=20),
            other=Side(body=RACE.format(distance="四人组")),
            says="many other numbers",
        ),
        Case(
            needs=("NUMBERS.same_hour",),
            why="an agency says the day and the hour of 24, a site tonight and the hour of 12",
            one=Side(body=TALKS.format(a="总理", day="今天晚上8点"), days=9),
            other=Side(body=TALKS.format(a="总理", day="9月12日20时")),
            says="near",
        ),
    )


def noise() -> tuple[Case, ...]:
    """Numbers that differ because a text is damaged."""
    torn = bridge().replace("总造价21亿元，设计", "鎬婚€犱环7浜垮厓锛岃璁")
    plain = "这座桥的造价通常由三部分组成。" + text(4, 400)
    return (
        Case(
            needs=("NOISE.beside_mojibake",),
            why="text read in the wrong encoding has digits of its own",
            one=Side(body=torn, days=None),
            other=Side(body=bridge(), days=None),
            says="near",
            marks=("damaged",),
        ),
        Case(
            needs=("NOISE.lost_digits",),
            why="bytes that were lost on the way take a digit with them",
            one=Side(body=bridge(cost=2).replace("不必再绕行上游的老桥", "涓嶅繀鍐嶇粫琛屼笂娓哥殑"), days=None),
            other=Side(body=bridge(), days=None),
            says="near",
            marks=("damaged",),
        ),
        Case(
            needs=("NOISE.numeral_in_noise",),
            why="a bad scan takes one character for another, and now and then both are numerals",
            one=Side(body=noisy(plain).replace("由三部", "由七部"), days=None),
            other=Side(body=plain, days=None),
            says="near",
            marks=("damaged",),
        ),
    )


def damage() -> tuple[Case, ...]:
    """Rare characters that are damage."""
    body = text(2, 500)
    misread = body[:200].encode().decode("gbk", "ignore") + body[200:]
    return (
        Case(
            needs=("DAMAGE.utf8_as_gbk",),
            why="a page without a charset that is UTF-8 and was read as GBK",
            one=Side(body=misread),
            other=Side(body=body),
            says="revised",
            marks=("damaged",),
        ),
        Case(
            needs=("DAMAGE.lost_byte",),
            why="a copyist that cuts at bytes, and drops what does not fit",
            one=Side(body=shifted(body)),
            other=Side(body=body),
            says="spun",
            marks=("damaged",),
        ),
        Case(
            needs=("DAMAGE.residue",),
            why="text that went through a narrower charset, with marks where bytes had no character",
            one=Side(body=re.sub(r"([\u4e00-\u9fff]{2})[\u4e00-\u9fff]{5}", r"\1?粋籾粄籿", body)),
            other=Side(body=body),
            says="spun",
            marks=("damaged",),
        ),
    )


def names() -> tuple[Case, ...]:
    """Words that are names, and others."""
    return (
        Case(
            needs=("NAMES.part_of_a_name",),
            why="two persons who are honoured in the same words differ in one character",
            one=Side(body=PRAISE.format(name="丁国勇")),
            other=Side(body=PRAISE.format(name="丁国涛"), days=20),
            says="other names",
        ),
        Case(
            needs=("NAMES.redacted",),
            why="a portal leaves out the given name of an accused",
            one=Side(body=AUDIT.format(name="苏某") + text(3)),
            other=Side(body=AUDIT.format(name="苏砚青") + text(3)),
            says="near",
        ),
        Case(
            needs=("NAMES.language",),
            why="a book comes out in one language after the other",
            one=Side(body=EDITION.format(work="《船歌集》", language="俄文"), days=20),
            other=Side(body=EDITION.format(work="《船歌集》", language="法文")),
            says="other names",
        ),
        Case(
            needs=("NAMES.rare_name_each_time",),
            why="one official after the other is dismissed in the same words, and their family names are rare",
            one=Side(body=AUDIT.format(name="逯砚青"), days=20),
            other=Side(body=AUDIT.format(name="苟明礼")),
            says="other names",
        ),
        Case(
            needs=("NAMES.alias",),
            why="a reprint in Taiwan spells a foreign name as is usual there",
            one=Side(body=TRUCE.format(a="纳坦雅胡")),
            other=Side(body=TRUCE.format(a="内塔尼亚胡")),
            says="near",
        ),
        Case(
            needs=("NAMES.place",),
            why="weather offices of two cities send the same warning",
            one=Side(body=GALE.format(place="合肥市")),
            other=Side(body=GALE.format(place="郑州市")),
            says="other names",
        ),
        Case(
            needs=("NAMES.byline",),
            why="two papers print one release, each with its own reporter above it",
            one=Side(body="本报讯（记者杨艳）" + VISIT.format(lead="市长周敏")),
            other=Side(body="本报讯（记者张一鸣）" + VISIT.format(lead="市长周敏")),
            says="near",
        ),
        Case(
            needs=("NAMES.party",),
            why="a court or an office reports case after case in the same words",
            one=Side(body=COURT.format(who="周强伙同他人")),
            other=Side(body=COURT.format(who="李敏利用职务"), days=1),
            says="other names",
        ),
        Case(
            needs=("NAMES.found_elsewhere",),
            why="a spinning mirror says 华夏 for some of the 中国 in a text, and leaves the others",
            one=Side(body=CHINA.format(a="华夏", b="中国")),
            other=Side(body=CHINA.format(a="中国", b="中国")),
            says="near",
        ),
        Case(
            needs=("NAMES.name_each_time",),
            why="the club reports each winner in the words of the last one",
            one=Side(body=CHESS.format(name="卡马罗")),
            other=Side(body=CHESS.format(name="贝内特")),
            says="other names",
        ),
        Case(
            needs=("NAMES.name_with_a_title",),
            why="two officials inspect the same works",
            one=Side(body=VISIT.format(lead="市长周敏")),
            other=Side(body=VISIT.format(lead="市长李卫民")),
            says="other names",
        ),
        Case(
            needs=("ANOTHER_STORY.other_names",),
            why="companies announce resignations with one form",
            one=Side(body=RESIGNATION.format(company="清口发展集团", name="马磊敏")),
            other=Side(body=RESIGNATION.format(company="清口发展集团", name="周志强"), days=1),
            says="other names",
        ),
    )
