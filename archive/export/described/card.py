"""The card of a package: README.md, for people, and for `datasets.load_dataset` of Hugging Face, which finds in its
head which file is which table, and what each column is; else it takes every file, the manifest too, for one table.

https://huggingface.co/docs/hub/datasets-manual-configuration
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from archive.export.datasets import DATASETS, batch_fields
from archive.export.described.kinds import CARD

NAME: Final = "README.md"

_TEXT: Final = """
# {title}

An export of Jianbao, format {format}. `datapackage.json` describes every field, and has rows, bytes and SHA-256 of each
file.

| dataset | file | rows |
|---|---|---|
"""


def card(manifest: Mapping[str, Any]) -> str:
    """The text of the card. `manifest`: as `archive.export.described.manifest` makes it."""
    resources = manifest["resources"]
    head = ["---", "configs:"]
    for number, one in enumerate(resources):
        head += [f"- config_name: {one['name']}", f"  data_files: {one['path']}"]
        head += ["  default: true"] if number == 0 else []
    head.append("dataset_info:")
    for one in resources:
        head += [f"- config_name: {one['name']}", "  features:", *_features(one)]
    if not resources:
        head = ["---"]
    text = _TEXT.format(title=manifest["title"], format=manifest["format"])
    rows = [f"| {DATASETS[one['name']].title} | `{one['path']}` | {one['rows']:,} |" for one in resources]
    return "\n".join([*head, "---"]) + "\n" + text + "\n".join(rows) + "\n"


def _features(resource: Mapping[str, Any]) -> Sequence[str]:
    fields = batch_fields(DATASETS[resource["name"]])
    lines: list[str] = []
    for one in resource["schema"]["fields"]:
        lines += _feature(one["name"], CARD[fields[one["name"]].kind])
    return lines


def _feature(name: str, kind: Any) -> Sequence[str]:
    if isinstance(kind, str):
        return [f"  - name: {name}", f"    dtype: {kind}"]
    [of] = kind
    if isinstance(of, str):
        return [f"  - name: {name}", f"    list: {of}"]
    inner = [line for key, dtype in of.items() for line in (f"    - name: {key}", f"      dtype: {dtype}")]
    return [f"  - name: {name}", "    list:", *inner]
