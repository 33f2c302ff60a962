"""Asks Datasette what a person would: of an archive's file, the queries as JSON on standard input."""

import asyncio
import json
import sys
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette

PATH = sys.argv[1]
SEARCH = "SELECT value FROM json_each(jianbao_search(:q)) ORDER BY key"


async def main() -> None:
    datasette = Datasette([PATH], settings={"sql_time_limit_ms": 20_000, "max_returned_rows": 10_000})
    await datasette.invoke_startup()

    async def get(path: str, **query: str) -> Any:
        return await datasette.client.get(f"/{path}?{urlencode(query)}", follow_redirects=True)

    told: dict[str, Any] = {"hits": []}
    for query in json.load(sys.stdin):
        answer = await get("archive.json", sql=SEARCH, q=query, _shape="arrays")
        told["hits"].append([row[0] for row in answer.json()["rows"]])
    front = await get("archive")
    told["front"] = front.text
    told["search"] = (await get("archive/search.json", query="稀土", _shape="arrays")).json()["rows"]
    told["found"] = (await get("archive/article.json", _jianbao="稀土", _shape="arrays", _size="max")).json()["rows"]
    told["article"] = (await get("archive/article")).text
    told["change"] = (await get("archive/change")).text
    told["link"] = (await get("archive/link")).text
    told["internal"] = (await get("archive/dedup_text")).status_code
    told["capture"] = (await get("archive/capture")).text
    told["view"] = (await get("archive.json", sql="SELECT count(*) FROM articles", _shape="arrays")).json()["rows"]
    told["wrong"] = (await get("archive.json", sql=SEARCH, q="(")).status_code
    print(json.dumps(told))


asyncio.run(main())
