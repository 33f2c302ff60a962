"""Runs the Python of docs/read-it.md, block by block, and tells what each found: the first time, and how many rows."""

import json
import re
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("error", module="__main__")

blocks = re.findall(r"```python\n(.*?)```", Path(sys.argv[1]).read_text("utf-8"), re.DOTALL)
for block in blocks:
    names: dict[str, object] = {}
    exec(compile(block, "read-it.md", "exec"), names)  # noqa: S102 - the lines of our own page
    print("told", json.dumps([names["first"].isoformat(), len(names["articles"])]))  # type: ignore[attr-defined, arg-type]
