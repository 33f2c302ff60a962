"""What a reading of stored captures changes, counted for people and for programs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from attrs import asdict, define, field

from archive.times import show_times
from crawler.upkeep.reextract.choose import Known
from crawler.upkeep.reextract.judge import Verdict

EXAMPLES: Final = 3
LONGEST: Final = 300
"""Characters of a field's value in a difference."""
_UNSHOWN: Final = frozenset({"body", "headline", "blocks"})
"""Fields whose difference is told by the text's edits."""


@define
class Report:
    """`read`: captures; `same`: of them, those of which nothing changes; `older`: those that are read otherwise than
    what is kept of them, where a newer look is what the article shows. Of articles: `text` and `fields` change, `new`
    come in, `further` texts of such that were there come in. `by_field`, `by_template`, `by_outcome` (before, after):
    how often. `left`: what stays as it was, by reason, with examples; `unreadable`: records that are not to be had.
    `differences`: of the first `most` articles."""

    version: str
    dry: bool
    most: int = 0
    read: int = 0
    same: int = 0
    older: int = 0
    text: int = 0
    fields: int = 0
    new: int = 0
    further: int = 0
    unreadable: int = 0
    by_field: Counter[str] = field(factory=Counter)
    by_template: Counter[str] = field(factory=Counter)
    by_outcome: Counter[tuple[str, str]] = field(factory=Counter)
    left: dict[str, list[str]] = field(factory=dict)
    left_count: Counter[str] = field(factory=Counter)
    differences: list[dict[str, Any]] = field(factory=list)

    @property
    def changed(self) -> int:
        """Articles that change or come in."""
        return self.text + self.fields + self.new + self.further

    @property
    def doubtful(self) -> int:
        """What a person should look at."""
        return self.left_count.total() - self.unreadable

    def leave(self, reason: str, example: str) -> None:
        """Something stays as it was."""
        self.left_count[reason] += 1
        if len(self.left.setdefault(reason, [])) < EXAMPLES:
            self.left[reason].append(example)

    def add(self, known: Known, verdict: Verdict) -> None:
        """One capture's reading."""
        self.read += 1
        if verdict.kind == "left":
            self.leave(verdict.reason, f"{known.capture['url']} (capture {known.capture['id']})")
        elif verdict.kind in ("same", "older"):
            self.same += verdict.kind == "same"
            self.older += verdict.kind == "older"
        elif verdict.prepared is not None:
            now = verdict.prepared.capture
            if now["outcome"] != known.capture["outcome"]:
                self.by_outcome[known.capture["outcome"], now["outcome"]] += 1
            if verdict.kind in ("text", "fields"):
                self.change(known.article or {}, verdict.prepared.article, verdict)

    def change(self, before: Mapping[str, Any], after: Mapping[str, Any], verdict: Verdict) -> None:
        """A known article has another text, or other fields."""
        self.text += verdict.kind == "text"
        self.fields += verdict.kind == "fields"
        self.by_template[after["template"] or "none"] += 1
        self.by_field.update(verdict.fields)
        if len(self.differences) < self.most:
            self.differences.append(_difference(before, after, verdict))

    def come(self, article: Mapping[str, Any], *, new: bool) -> None:
        """An article comes in, or another text of one that was there."""
        self.new += new
        self.further += not new
        self.by_template[article["template"] or "none"] += 1

    def as_json(self) -> dict[str, Any]:
        """The fields as docs/read-anew.md has them."""
        told = asdict(self, filter=lambda attribute, _: attribute.name not in ("most", "left", "left_count"))
        told["by_outcome"] = [
            {"before": before, "after": after, "captures": count}
            for (before, after), count in self.by_outcome.most_common()
        ]
        told["left"] = [
            {"reason": reason, "captures": count, "examples": self.left[reason]}
            for reason, count in self.left_count.most_common()
        ]
        return {**told, "changed": self.changed}


def _difference(before: Mapping[str, Any], after: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    from archive.watch.edits import edits  # loads what compares texts, which most readings do not need

    found = edits((before["headline"], before["body"]), (after["headline"], after["body"]))
    old, new = show_times(dict(before)), show_times(dict(after))
    fields = {name: [_short(old[name]), _short(new[name])] for name in verdict.fields if name not in _UNSHOWN}
    return {
        **{name: before[name] for name in ("id", "site", "native_id", "url", "headline")},
        "kind": verdict.kind,
        "edits": [asdict(edit) for edit in found],
        "fields": fields,
    }


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str | list) else value
