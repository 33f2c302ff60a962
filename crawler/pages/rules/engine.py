"""Clutter rules: declared by name, they decide of every block whether it is body, and say why.

A rule names an element (`selector`) or a line (`pattern`). A line's pattern is anchored: it must match the whole line,
or with `part="end"` all that it takes off the line's end. Named groups of the pattern are fields that
the line carried (`(?P<editor>…)`): what is metadata becomes a field before it is stripped.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import attrs
from attrs import define, frozen

from crawler.pages.html.blocks import Mark, RawBlock
from crawler.pages.html.kinds import settle_kinds
from crawler.pages.html.selectors import Selector, SelectorError, SelectorIndex
from crawler.pages.page import Block
from crawler.pages.rules.markers import is_reported, tells

KEPT: Final = "body"
"""The rule id of a block that no rule strips."""


LINE_LIMIT: Final = 400
"""A longer line is never matched as a whole: it is text."""

# What only ever stands below a text.
_ENDINGS: Final = frozenset(
    "general.account_notice general.account_statement general.back_to_sohu general.editor_line general.paywall"
    " general.platform_statement general.source_and_editor open.chief_editor open.copyright open.disclaimer open.editor"
    " open.end_mark open.neighbours open.not_our_view open.takedown open.terms".split()
)
_UNKNOWN: Final = 2
_BOTH: Final = 2
_SHORT_BELOW: Final = 100
_LOOSE_BELOW: Final = 40
_FULL_STOPS: Final = ("。", "！", "？", "”", "」", "…", "!", "?")
# A byline, a date, a line in brackets may end a text below its credits.
_OF_WRITER: Final = re.compile(
    r"记者|記者|通讯员|作者|[摄攝撰译譯]|[文图圖][/／]|^[（(【\[].*[)）】\]]$|\d{4}\s?年|[日月]于|^[·•\-—\d一二三四五六七八九十]"
)

Where = Literal["any", "head", "tail"]


@frozen(kw_only=True)
class Rule:
    """One clutter rule.

    `id`: `<site or general>.<what>`, unique. `why`: the reason that what it takes is no body, one sentence. `seen_on`:
    where that was seen: names of our own saved pages (`own/NAME`) and of public ones (`pages/NAME`, `reports/NAME`),
    which `make bench-rules` checks. `pattern`: a regular expression for a line (white space folded). `needs`:
    literals of which the line must hold one before the pattern is tried (none: always tried; give some, for speed).
    `selector`: elements of the body (`crawler.pages.html.selectors`); all blocks in them are stripped. With both, the
    selector strips and the pattern only reads fields. Where several rules name one element, the first of them has it.
    `where`: `head`: only before the first kept line; `tail`: only after the last kept line but for other tail lines.
    `part`: `line`: the whole line; `end`: what the pattern matches there is taken off, the rest stays.
    `rest`: everything after the match is stripped too. `field`: the field that the block's text goes to as a whole.
    `flag`: a flag that the page gets. `keeps`: read the fields, but leave the block in the body. `limit`: a longer line
    is not matched, characters. `linked`: the line is matched when at least this share of its characters stands in
    links (0: links do not matter); with a pattern, both must fit. Without one, such a rule is for the head or the tail.

    Raises `ValueError`, with the rule's id, for a selector or a pattern that cannot be read and for a rule that asks
    for what cannot be had together.
    """

    id: str
    why: str = ""
    seen_on: tuple[str, ...] = ()
    pattern: str = ""
    needs: tuple[str, ...] = ()
    selector: str = ""
    where: Where = "any"
    part: Literal["line", "end"] = "line"
    rest: bool = False
    field: str = ""
    flag: str = ""
    keeps: bool = False
    limit: int = LINE_LIMIT
    linked: float = 0.0
    selected: Selector | None = attrs.field(init=False, repr=False, eq=False)
    regex: "re.Pattern[str] | None" = attrs.field(init=False, repr=False, eq=False)

    @selected.default
    def _read_selector(self) -> Selector | None:
        try:
            return Selector(self.selector) if self.selector else None
        except SelectorError as error:
            raise SelectorError(f"rule {self.id}: {error}") from None

    @regex.default
    def _compile(self) -> "re.Pattern[str] | None":
        if not self.pattern:
            return re.compile(".*") if self.linked else None
        try:
            return re.compile(rf"(?:{self.pattern})\s*\Z" if self.part == "end" else self.pattern)
        except re.error as error:
            raise ValueError(f"rule {self.id}: the pattern cannot be read: {error}") from error

    def __attrs_post_init__(self) -> None:
        if self.selector and (self.where != "any" or self.keeps or self.linked):
            raise ValueError(f"rule {self.id}: what stands in an element is stripped: no where, keeps or linked")
        if self.where != "any" and self.part != "line":
            raise ValueError(f"rule {self.id}: at the head and the tail whole lines are stripped: no part")
        if self.linked and self.where == "any" and not self.pattern:
            raise ValueError(f"rule {self.id}: linked needs a pattern, or where: head or tail")

    def match(self, text: str) -> "re.Match[str] | None":
        """Where the rule's pattern fits this line."""
        if self.regex is None or (self.part == "line" and len(text) > self.limit):
            return None
        for need in self.needs:
            if need in text:
                break
        else:
            if self.needs:
                return None
        return self.regex.fullmatch(text) if self.part == "line" else self.regex.search(text)


BELOW: Final = Rule(id="general.below_end")
"""The mark of a line that no rule knows, below lines that end a text."""


@define(slots=True)
class Judged:
    """What the rules made of a page's blocks. `fields`: what stripped lines said, the first line that says it wins.
    `flags`: those of the rules that matched."""

    blocks: list[Block] = attrs.field(factory=list)
    fields: dict[str, str] = attrs.field(factory=dict)
    flags: list[str] = attrs.field(factory=list)

    @property
    def lines(self) -> list[str]:
        """The kept text, a block a line."""
        return [block.text for block in self.blocks if block.kept and block.text]


class _LineRules:
    """Rules for the lines of one place, in the order of their precedence."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._all = tuple(rules)
        self._always = tuple(rule for rule in rules if not rule.needs)
        needs = sorted({need for rule in rules for need in rule.needs})
        self._hint = re.compile("|".join(map(re.escape, needs))) if needs else None

    def of(self, text: str) -> tuple[Rule, ...]:
        """Those that the line may fit. One search tells most lines of text from those that a rule may want."""
        return self._all if self._hint is not None and self._hint.search(text) is not None else self._always


class RuleSet:
    """Rules, ready to run: of one template and the general ones, in the order of their precedence.

    Build it once and keep it: building compiles.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) != len(ids):
            raise ValueError(f"two rules with one id: {min(i for i in ids if ids.count(i) > 1)}")
        self._index = SelectorIndex([(rule.selected, rule) for rule in self.rules if rule.selected is not None])
        lines = [rule for rule in self.rules if rule.regex is not None and not rule.selector]
        anywhere = [rule for rule in lines if rule.where == "any"]
        self.anywhere = _LineRules(sorted(anywhere, key=lambda rule: rule.part == "end"))
        self.head = _LineRules([rule for rule in lines if rule.where == "head"])
        self.tail = _LineRules([rule for rule in lines if rule.where == "tail"])

    def mark(self) -> Mark:
        """For a walk over one page: gives of an element the first rule whose selector names it, or None."""
        return self._index.look_up()

    def judge(self, raws: Sequence[RawBlock]) -> Judged:
        """A verdict for every block, in order."""
        judged = Judged()
        run = _Run(self, judged)
        for raw in raws:
            run.take(raw)
        run.head()
        run.tail()
        judged.blocks = settle_kinds([row.block() for row in run.rows], [row.raw.node for row in run.rows])
        return judged


@define(slots=True, eq=False)
class _Row:
    """A block on its way to a verdict."""

    raw: RawBlock
    text: str
    rule: Rule | None = None
    evidence: str = ""
    target: str = ""
    links: tuple[tuple[int, int, str], ...] = ()

    def block(self) -> Block:
        raw = self.raw
        rule = self.rule
        return Block(
            kind=raw.kind,
            text=self.text,
            kept=rule is None,
            rule=rule.id if rule is not None else KEPT,
            evidence=self.evidence,
            field=self.target,
            level=raw.level,
            links=self.links,
            url=raw.url,
        )


class _Run:
    """One run of a rule set over the blocks of one page."""

    def __init__(self, rules: RuleSet, judged: Judged) -> None:
        self.rules = rules
        self.judged = judged
        self.rows: list[_Row] = []
        self.ended: Rule | None = None

    def take(self, raw: RawBlock) -> None:
        """One block: by the element that it stands in, by a marker above it, or by its line."""
        # Stripped or kept, an image's alternative text is no line of the page.
        row = _Row(raw, "" if raw.kind == "image" else raw.text, links=raw.links)
        self.rows.append(row)
        if raw.mark is not None:
            self._strip(row, raw.mark, _place(raw.node), raw.mark.match(row.text) if raw.mark.pattern else None)
        elif self.ended is not None:
            row.rule, row.evidence = self.ended, "after that line"
        elif raw.kind != "image":
            for rule in self.rules.anywhere.of(row.text):
                if not (match := rule.match(row.text)):
                    continue
                if rule.part == "end":
                    self._cut(row, rule, match)
                elif _is_linked(rule, row):
                    self._strip(row, rule, "", match)
                if row.rule is not None:
                    return

    def _strip(self, row: _Row, rule: Rule, evidence: str, match: "re.Match[str] | None") -> None:
        groups = self._read(rule, row.text, match)
        if rule.keeps:
            return
        row.rule = rule
        row.evidence = evidence
        row.target = rule.field or ",".join(groups)
        if rule.rest:
            self.ended = rule

    def _read(self, rule: Rule, text: str, match: "re.Match[str] | None") -> list[str]:
        """Takes the fields that a match carries; gives their names."""
        fields = self.judged.fields
        if rule.flag and rule.flag not in self.judged.flags:
            self.judged.flags.append(rule.flag)
        if rule.field and text and not rule.pattern:
            fields.setdefault(rule.field, text)
        if match is None:
            return []
        groups = {name: value.strip() for name, value in match.groupdict().items() if value and value.strip()}
        for name, value in groups.items():
            fields.setdefault(name.rstrip("_0123456789"), value)
        return [name.rstrip("_0123456789") for name in groups]

    def _cut(self, row: _Row, rule: Rule, match: "re.Match[str]") -> None:
        """Takes the matched end off a line: the rest stays, as a line of its own."""
        if not match.group():
            return
        groups = self._read(rule, row.text, match)
        if rule.keeps:
            return
        kept = row.text[: match.start()].rstrip()
        if not kept:
            row.rule, row.target = rule, ",".join(groups)
        else:
            self.rows.append(_Row(row.raw, match.group().strip(), rule, "part of a line", ",".join(groups)))
            row.text = kept
            row.links = tuple((a, min(b, len(kept)), href) for a, b, href in row.links if a < len(kept))
        if rule.rest:
            self.ended = rule

    def head(self) -> None:
        """Strips lines at the beginning, until one comes that no rule knows; images are passed over."""
        for row in self.rows:
            if row.rule is not None or row.raw.kind == "image":
                continue
            rule = _fitting(self.rules.head, row)
            if rule is None:
                return
            self._strip(row, rule, "at the head", rule.match(row.text))

    def tail(self) -> None:
        """Strips lines at the end. They are judged as a sequence: one that no rule knows hides none of those above it,
        and goes with them where these end a text. Images between lists of links go with the links."""
        lines = self._at_end()
        passed: list[_Row] = []
        for place, (row, rule) in enumerate(lines):
            if row.raw.kind == "image":
                passed.append(row)
            elif rule is not None:
                self._strip(row, rule, "at the tail", rule.match(row.text))
                if rule.linked:
                    for image in passed:
                        image.rule, image.evidence = rule, "among links"
                    passed.clear()
            elif _ends_text(row, lines[place + 1 :]):
                self._strip(row, BELOW, "below lines that end a text", None)
            else:
                return

    def _at_end(self) -> list[tuple[_Row, Rule | None]]:
        """The last lines, upwards, each with the rule that knows it, or None; up to a third one in a row without."""
        found: list[tuple[_Row, Rule | None]] = []
        unknown = 0
        for row in reversed(self.rows):
            if row.raw.kind == "image" or row.rule is not None:
                if row.rule is None or row.rule.id in _ENDINGS:
                    found.append((row, row.rule))
                continue
            rule = _fitting(self.rules.tail, row)
            if rule is not None and not rule.field and is_reported(row.text):
                rule = None
            unknown = 0 if rule is not None else unknown + 1
            if unknown > _UNKNOWN or (rule is None and _is_of_text(row.text)):
                break
            found.append((row, rule))
        return found


def _is_of_text(text: str) -> bool:
    """Whether a line that no rule knows is the writer's, whatever stands above it."""
    return len(text) > _SHORT_BELOW or tells(text) or _OF_WRITER.search(text) is not None


def _ends_text(row: _Row, above: Sequence[tuple[_Row, Rule | None]]) -> bool:
    """Whether the lines above this one end a text, so that it is the site's though no rule knows it: one that only ever
    stands below a text, or two of different kinds. A sentence goes only where both stand right above it."""
    text = row.text
    known = [rule for _, rule in above if rule is not None and not rule.keeps]
    if text.endswith(_FULL_STOPS) or len(text) > _LOOSE_BELOW:
        nearest = [rule for _, rule in above[:_BOTH]]
        return len({rule.id for rule in nearest if rule is not None and not rule.keeps}) == _BOTH
    return any(rule.id in _ENDINGS for rule in known) or len({rule.id for rule in known}) >= _BOTH


def _fitting(rules: _LineRules, row: _Row) -> Rule | None:
    """The first of the rules that the whole line fits."""
    text = row.text
    return next((rule for rule in rules.of(text) if _is_linked(rule, row) and rule.match(text) is not None), None)


def _is_linked(rule: Rule, row: _Row) -> bool:
    return not rule.linked or row.raw.linked >= rule.linked * len(row.text.replace("\t", ""))


def _place(node: Any) -> str:
    """What a person would look for in the page's source: `div.post_statement`."""
    if node is None:
        return ""
    name = node.get("class") or ""
    return f"{node.tag}.{name.split()[0]}" if name.split() else str(node.tag)
