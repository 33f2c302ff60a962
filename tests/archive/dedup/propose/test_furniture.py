"""What becomes furniture, of how few articles, and what does not; what it does to stories; how it is unlearnt."""

import shutil
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from archive.dedup.matching import Query, match
from archive.dedup.propose import furniture
from archive.dedup.propose.furniture import HOLDERS, MANY
from archive.dedup.propose.passages import divide
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import recluster
from archive.dedup.tables import DedupPassage, DedupText, Link
from archive.export.datasets.articles import rows as articles
from archive.query.article import article_row
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article
from archive.store.records import ArticleRecord
from tests.archive.dedup.copies import DAY, groups, record, store
from tests.archive.dedup.copies import text as story

HEADS = [
    "清口大桥今日通车",
    "望江公园樱花盛开",
    "省图书馆延长开放",
    "老剧院修缮完工重新开门",
    "渔船外海获救全员平安",
    "夜班公交调整末班时刻",
]
NOTICES = {
    "a line": "抱歉，由于技术上的缘故，这段影像目前只能在客户端里观看，请先安装最新的播放程序，再回到此处点击按钮。",
    "several lines": "您访问的影像需要登录以后观看\n还没有账号的读者可以用手机号码领取一个\n"
    "已经登录仍看不到画面的，请清空缓存再试一次\n如有疑问，欢迎在工作日的白天给值班室留言",
    "an advert": "专栏招募：也许你每天画图纸，也许你站在讲台上，也许你为客户四处奔走。"
    "只要你愿意写，就会有人愿意听。来稿一经采用，寄上纪念杯和年度文集。",
    "a dated one": "2025年{day}日更新的播放说明：本段影像由合作方提供\n"
    "请在无线网络下观看，以免产生额外的流量开支，家长请陪同未成年人观看。",
    "with an editor": "这段影像正在转码，请在十分钟以后刷新页面再来观看。\n编辑：{name}\n"
    "想看更多的现场画面，请在应用商店里寻找清口视频。",
}
TAIL = (
    "贪心的人从来不看说明书。税从哪里来又到哪里去？一张旧船票背后的三代人。外滩的灯为谁而亮？"
    "小城咖啡馆的第一千个夜晚，老板关掉了招牌。年轻人为什么不愿意再排队了？"
)
NAMES = ("陈永", "李坚", "刘万里", "王一")
SHORT = [
    "早市搬到了桥的东头，摊位比原来多出四十个，菜农说租金没有涨。",
    "夜里开到十点以后，来借书的多半是下了班的护士和卸货的工人。",
    "楼梯补好了，栏杆上缺的三朵花找了大半年才配齐同样的木料。",
    "末班车改到两点四十，批发市场门口加了一个挡风的站台。",
]


def page(body: str, number: int, **fields: object) -> ArticleRecord:
    """The page of a site whose headline says what it is about, as many days later as its number says."""
    values: dict[str, object] = {"headline": HEADS[number % len(HEADS)], "days": 9 * number, **fields}
    return record(body, f"p{number}", **values)  # type: ignore[arg-type]


def counting(engine: Engine) -> dict[str, int]:
    """How many characters count of each article, by its name."""
    with reading(engine) as connection:
        query = select(Article.native_id, DedupText.length).join(DedupText, DedupText.article_id == Article.id)
        return dict(connection.execute(query).all())


def alone(engine: Engine, names: list[str]) -> bool:
    """Whether each of these articles is a story of its own, and linked to none."""
    with reading(engine) as connection:
        found = groups(connection)
        ids = select(Article.id).where(Article.native_id.in_(names))
        links = connection.scalars(select(Link.relation).where(Link.article_id.in_(ids) | Link.other_id.in_(ids))).all()
    return all(frozenset({name}) in found for name in names) and not links


@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.parametrize("at_once", [True, False], ids=["a batch", "one by one"])
def test_a_notice_instead_of_a_text(sqlite_engine: Engine, kind: str, at_once: bool) -> None:
    notices = [
        NOTICES[kind].format(day=f"{number + 1}月{number + 3}", name="陈李王赵"[number] + "永") for number in range(3)
    ]
    pages = [page(notice, number, site=f"s{number % 2}") for number, notice in enumerate(notices)]
    for some in [pages] if at_once else [[one] for one in pages]:
        store(sqlite_engine, *some)
    assert counting(sqlite_engine) == {"p0": 0, "p1": 0, "p2": 0}
    assert alone(sqlite_engine, ["p0", "p1", "p2"])


def test_who_has_no_text_says_so(engine: Engine) -> None:
    notice = NOTICES["a line"]
    store(engine, *(page(notice, number) for number in range(3)), record(story(1), "story"))
    with reading(engine) as connection:
        rows = {row["native_id"]: row["flags"] for row in articles(connection)}
        assert article_row(connection, 1)["flags"] == ["no_text_to_compare"]
        (answer,) = match(connection, [Query(id="q", body=notice, headline="小镇来了马戏团")])
    assert rows == {**{name: ["no_text_to_compare"] for name in ("p0", "p1", "p2")}, "story": []}
    assert answer.as_json()["reason"] == "no text"
    assert answer.matches == []
    # What is exported and comes back is not believed: what counts is seen anew.
    store(engine, record(story(2), "back", flags=("no_text_to_compare", "mirror")))
    with reading(engine) as connection:
        assert article_row(connection, 5)["flags"] == ["mirror"]


@pytest.mark.parametrize(
    "shape",
    [
        "{story}责任编辑：{name} {tail}",
        "{story}\n{tail}",
        "{tail}\n{story}",
        "{story}\n【图】\n{tail}（完）",
        "{story}{tail}",
    ],
)
def test_a_tail_that_is_longer_than_the_story(sqlite_engine: Engine, shape: str) -> None:
    bodies = [
        shape.format(story=one, tail=TAIL, name=name)
        for one, name in zip(SHORT, ("陈永", "李坚", "刘万里", "王一"), strict=True)
    ]
    store(sqlite_engine, *(page(body, number) for number, body in enumerate(bodies)))
    assert alone(sqlite_engine, ["p0", "p1", "p2", "p3"])
    assert max(counting(sqlite_engine).values()) <= max(map(len, SHORT)) + 8
    # And the reprint of one of the stories is found without its tail.
    store(sqlite_engine, record(SHORT[1], "bare", headline=HEADS[1], days=9))
    with reading(sqlite_engine) as connection:
        assert frozenset({"p1", "bare"}) in groups(connection)


def test_what_stands_between_is_taken_along(sqlite_engine: Engine) -> None:
    """Only first and last passages are noted of an article that shares nothing yet."""
    clutter = "\n".join(f"第{sign}间铺子的招牌上写着不同的字，路过的人都要念一遍" for sign in "甲乙丙丁戊己庚辛壬癸")
    store(sqlite_engine, *(page(f"{story(number, 150)}\n{clutter}", number) for number in range(3)))
    bare = {f"p{number}": story(number, 150) for number in range(3)}
    with reading(sqlite_engine) as connection:
        known = furniture.everything(connection)
    assert {value for *_, value in divide(clutter)} <= known
    assert not {value for body in bare.values() for *_, value in divide(body)} & known


@pytest.mark.parametrize(
    ("heads", "copies"),
    [
        (["清口大桥今日通车", "清口大桥通车首日", "今日：清口大桥通车"], 30),
        (["清口大桥今日通车"], 3),
        (["清口大桥今日通车", None], 6),
        (["消息一则", "本站快讯", "今日要闻"], 9),
    ],
    ids=["alike headlines", "one headline", "none", "too short to tell"],
)
def test_a_story_that_many_print_stays_a_story(sqlite_engine: Engine, heads: list[str], copies: int) -> None:
    body = (
        "清口大桥今晨通车，第一批过桥的是赶早市的菜农。\n"
        "桥长一千二百米，设四条车道，两侧留有骑行道，造价比预算少了一成，工期也提前了四十天。\n"
        "菜农说，过去绕行要多走半个钟头，如今天不亮就能到桥东的批发市场，摊位也比从前好找。"
    )
    printed = [
        record(body, f"c{place}", site=f"s{place % 3}", headline=heads[place % len(heads)], days=place / 20)
        for place in range(copies)
    ]
    store(sqlite_engine, *printed[: copies // 2])
    store(sqlite_engine, *printed[copies // 2 :])
    with reading(sqlite_engine) as connection:
        assert furniture.everything(connection) == frozenset()
        if heads[0] != "消息一则":  # whether those are copies is for the comparison to say
            assert groups(connection) == {frozenset(f"c{place}" for place in range(copies))}


def test_a_story_under_headlines_of_which_each_tells_of_it_stays_a_story(sqlite_engine: Engine) -> None:
    body = (
        "清口大桥今晨通车，第一批过桥的是赶早市的菜农。\n"
        "望江公园的樱花也在同一天开了，老剧院门口排起长队，省图书馆延长开放两小时。"
    )
    heads = ["清口大桥今晨通车", "望江公园樱花开了", "老剧院门口排起长队", "省图书馆延长开放"]
    store(sqlite_engine, *(record(body, f"c{place}", headline=head) for place, head in enumerate(heads)))
    with reading(sqlite_engine) as connection:
        assert groups(connection) == {frozenset(f"c{place}" for place in range(4))}


def test_headlines_that_do_not_tell_articles_apart_need_a_dozen(sqlite_engine: Engine) -> None:
    store(
        sqlite_engine,
        *(record(f"{story(number, 150)}\n{TAIL}", f"a{number}", headline=None) for number in range(MANY - 1)),
    )
    with reading(sqlite_engine) as connection:
        assert furniture.everything(connection) == frozenset()
    store(sqlite_engine, record(f"{story(99, 150)}\n{TAIL}", "last", headline=None))
    with reading(sqlite_engine) as connection:
        assert {value for *_, value in divide(TAIL)[-4:]} <= furniture.everything(connection)


def test_the_order_of_arrival_does_not_matter(sqlite_template: Path, tmp_path: Path) -> None:
    pages = [page(f"{SHORT[number]}\n{TAIL}", number) for number in range(3)]
    pages += [page(TAIL, 3), record(SHORT[0], "bare", headline=HEADS[0])]
    for order in list(permutations(pages))[::11]:
        path = tmp_path / "order.db"
        shutil.copyfile(sqlite_template, path)
        engine = open_engine(f"sqlite:///{path}")
        for one in order:
            store(engine, one)
        with reading(engine) as connection:
            found = groups(connection)
        lengths = counting(engine)
        engine.dispose()
        assert found == {frozenset({"p0", "bare"}), *(frozenset({name}) for name in ("p1", "p2", "p3"))}
        assert lengths["p3"] == 0
        assert lengths["p0"] == lengths["bare"]


MIDDLE = "本版照片除署名者外均由清口影像社提供，翻印须经许可。"


@pytest.mark.parametrize("at_once", [True, False], ids=["a batch", "one by one"])
def test_furniture_in_the_middle_of_an_article_that_came_before_it_was_known(engine: Engine, at_once: bool) -> None:
    """Nothing leads to it when the passage becomes furniture, but a print that does without does."""
    body = story(31, 700).split("\n")
    holds = "\n".join([*body[:3], MIDDLE, *body[3:]])
    store(engine, record(holds, "old"))
    pages = [page(f"{story(40 + one, 300)}\n{MIDDLE}", one) for one in range(MANY)]
    later = [
        record(holds, f"again{one}", site="sohu", headline=head, days=20 + one)
        for one, head in enumerate(("防汛仓库添置两台抽水机", "老城墙下的棋摊又热闹起来"))
    ]
    if at_once:
        store(engine, *pages, *later)
    else:
        for one in (*pages, *later):
            store(engine, one)
    lengths = counting(engine)
    assert lengths["old"] == lengths["again0"] == lengths["again1"]
    with reading(engine) as connection:
        assert frozenset({"old", "again0", "again1"}) in groups(connection)
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


def test_what_turns_out_to_be_a_story_that_many_print_counts_again(sqlite_engine: Engine) -> None:
    statement = "集团就此事致歉，涉事员工停职，门店关闭三日整改。\n今后将增设夜间巡查，更换门禁，请消费者代表参与监督。"
    store(sqlite_engine, *(page(statement, number) for number in range(3)))
    assert set(counting(sqlite_engine).values()) == {0}
    store(
        sqlite_engine,
        *(
            record(statement, f"c{number}", headline="集团就此事致歉：涉事员工停职", days=20 + number / 10)
            for number in range(12)
        ),
    )
    with reading(sqlite_engine) as connection:
        assert frozenset(f"c{number}" for number in range(12)) <= max(groups(connection), key=len)
    assert 0 not in counting(sqlite_engine).values()


def test_what_is_no_longer_shared_counts_again(engine: Engine) -> None:
    store(engine, *(page(f"{SHORT[number]}\n{TAIL}", number) for number in range(3)))
    before = counting(engine)
    store(engine, page(story(7), 1), now=DAY + timedelta(days=1))
    after = counting(engine)
    assert after["p0"] > before["p0"] + 50
    assert after["p2"] > before["p2"] + 50
    store(engine, page(f"{SHORT[3]}\n{TAIL}", 1), now=DAY + timedelta(days=2))
    assert counting(engine) == {**before, "p1": before["p1"] - 3}


def test_what_is_said_of_a_passage_stands_in_a_row_in_the_end(sqlite_engine: Engine) -> None:
    pages = [page(f"{story(number, 150)}\n{TAIL}", number) for number in range(HOLDERS + 5)]
    store(sqlite_engine, *pages[:3])
    store(sqlite_engine, *pages[3:])
    last = divide(TAIL)[-1][2]
    with reading(sqlite_engine) as connection:
        rows = connection.execute(select(DedupPassage.article_id).where(DedupPassage.hash == last)).all()
        assert rows == [(0,)]
        assert last in furniture.everything(connection)
    lengths = counting(sqlite_engine)
    store(sqlite_engine, page(TAIL, 99))
    assert counting(sqlite_engine) == {**lengths, "p99": 0}


def test_what_only_old_articles_hold_is_forgotten(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(furniture, "REMEMBERED", 5)
    store(sqlite_engine, *(page(f"{SHORT[number]}\n{TAIL}", number) for number in range(3)))
    store(sqlite_engine, *(record(story(20 + number, 200), f"o{number}") for number in range(9)))
    with writing(sqlite_engine) as connection:
        furniture.forget(connection)
        held = set(connection.scalars(select(DedupPassage.article_id)))
        assert {value for *_, value in divide(TAIL)} <= furniture.everything(connection)
    assert held == {1, 2, 3, 8, 9, 10, 11, 12}
