"""A word that stands only across the border of two others comes after those that have it as a word; all are found."""

from sqlalchemy import Engine

from archive.query.search import Asked, search
from archive.store.db import reading
from tests.archive.make import article, store, told

ACROSS = ("网上流传一段视频。", "这段话在网上流传甚广。", "据说网上流传的照片是旧的。")
WORD = ("他写上流社会的生活。", "小说里的上流阶层。")
AROUND = (
    "网上购物。",
    "网上报名开始。",
    "谣言流传已久。",
    "故事流传至今。",
    "网上投票。",
    "流传下来的手艺。",
    "网上的流传。",
)


def test_across_a_border_comes_last_and_is_found(engine: Engine) -> None:
    # The newest first, were it not for the border: those across are newer.
    store(engine, *(told(article(f"a:{n}", body)) for n, body in enumerate([*WORD, *ACROSS, *AROUND])))
    with reading(engine) as connection:
        whole = [hit.native_id for hit in search(connection, Asked("上流", every_copy=True)).hits]
        assert set(whole[:2]) == {"a:0", "a:1"}
        assert set(whole[2:]) == {"a:2", "a:3", "a:4"}
        paged, cursor = [], None
        while len(paged) < 5:
            page = search(connection, Asked("上流", every_copy=True), limit=1, cursor=cursor)
            paged += [hit.native_id for hit in page.hits]
            cursor = page.next_cursor
        assert (paged, cursor) == (whole, None)
        assert len(search(connection, Asked("网上", every_copy=True)).hits) == 7
