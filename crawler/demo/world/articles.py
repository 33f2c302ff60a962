"""Invented stories: the same (seed, number) gives the same story on any machine; no two stories are the same text."""

import random
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from attrs import frozen

from crawler.demo.world import grammar, words

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
# (weight, shortest, longest) in characters; the first is a flash.
LENGTHS = ((12, 60, 110), (28, 180, 420), (40, 450, 1100), (14, 1100, 1900), (6, 2100, 2820))

# Every so many stories one is about 稀土, of middle length, and copied everywhere: the demo shows it.
SHOWPIECE = 24


@frozen(kw_only=True)
class Line:
    """One block of a body. `kind` as in `BlockRecord`; an image has no text but a `url`; a table's cells are parted
    by tabs, its rows by line feeds."""

    kind: str
    text: str = ""
    url: str = ""


@frozen(kw_only=True)
class Story:
    """What happened, as its first publisher tells it. `byline` are the reporters that the last line names."""

    number: int
    topic: str
    headline: str
    other_headline: str
    lines: tuple[Line, ...]
    keywords: tuple[str, ...]
    authors: tuple[str, ...]

    @property
    def text(self) -> str:
        """The body as `Page.body` gives it."""
        return "\n".join(line.text for line in self.lines if line.text)


class Cast:
    """The people, places and things of one story; each slot name is a method or a fixed word."""

    def __init__(self, rng: random.Random, topic: str) -> None:
        self.rng = rng
        terms = rng.sample(words.TERMS[topic], 2)
        city, county = self.town(), self.town()
        self.fixed = {
            "city": city + "市",
            "county": county + rng.choice("县区镇"),
            "office": rng.choice(grammar.OFFICES),
            "committee": rng.choice(grammar.COMMITTEES),
            "company": self.town() + self.name()[1:] + rng.choice(words.COMPANY_LAST),
            "university": self.town() + rng.choice(("大学", "理工学院", "师范学院", "研究院", "职业技术学院")),
            "project": self.project(),
            "nick": self.project() + rng.choice(("角", "湾", "巷", "台", "岗", "里", "道")),
            "term": topic if topic == "稀土" or rng.random() < 0.5 else terms[0],
            "term2": terms[1],
            "person": self.name(),
            "person2": self.name() + rng.choice(words.HONORS),
            "paper": rng.choice(words.PAPERS),
            "hotline": rng.choice(("热线", "值班室", "窗口", "信箱")),
        }
        self.spots = [self.town()[: rng.choice((1, 2))] + spot for spot in rng.sample(grammar.SPOTS, 5)]

    def town(self) -> str:
        """A place name of two characters."""
        return self.rng.choice(words.PLACE_FIRST) + self.rng.choice(words.PLACE_SECOND)

    def name(self) -> str:
        """A person's name of two or three characters."""
        return self.rng.choice(words.SURNAMES) + "".join(self.rng.sample(words.GIVEN, self.rng.choice((1, 2, 2, 2))))

    def project(self) -> str:
        """A fanciful name of two to four characters."""
        pairs = [words.PROJECT_FIRST[i : i + 2] for i in range(0, len(words.PROJECT_FIRST), 2)]
        return "".join(self.rng.sample(pairs, self.rng.choice((1, 2))))

    def fill(self, slot: str) -> str:
        """What `{slot}` becomes; a loose slot is drawn anew each time."""
        return self.fixed[slot] if slot in self.fixed else LOOSE[slot](self, self.rng)

    def say(self, template: str) -> str:
        """One sentence of the grammar."""
        text = CHOICE.sub(lambda match: self.rng.choice(match[1].split("|")), template)
        return SLOT.sub(lambda match: self.fill(match[1]), text)


def _big(_: Cast, rng: random.Random) -> str:
    return rng.choice((f"{rng.randint(1, 90)}.{rng.randint(1, 9)}万", f"{rng.randint(1, 9)}{rng.randint(100, 999)}"))


def _money(_: Cast, rng: random.Random) -> str:
    return f"{rng.randint(1, 90)}.{rng.randint(1, 99)}{rng.choice(('亿元', '万元', '亿元', '百万元'))}"


# The slots that are drawn anew each time.
LOOSE: Final[dict[str, Callable[[Cast, random.Random], str]]] = {
    "number": lambda _, rng: str(rng.choice((rng.randint(2, 9), rng.randint(11, 48), rng.randint(11, 96)))),
    "few": lambda _, rng: str(rng.randint(2, 9)),
    "hour": lambda _, rng: str(rng.randint(6, 23)),
    "decimal": lambda _, rng: f"{rng.choice((rng.randint(0, 9), rng.randint(10, 300)))}.{rng.randint(1, 99)}",
    "pct": lambda _, rng: f"{rng.randint(1, 68)}.{rng.randint(1, 9)}%",
    "big": _big,
    "money": _money,
    "day": lambda _, rng: f"{rng.randint(1, 28)}日",
    "month": lambda _, rng: f"{rng.randint(1, 12)}月",
    "year": lambda _, rng: str(rng.randint(1958, 2018)),
    "age": lambda _, rng: str(rng.randint(19, 83)),
    "place": lambda cast, rng: cast.town() + rng.choice(("", "", "市", "省", "湾", "新区")),
    "person3": lambda cast, _: cast.name(),
    "person4": lambda cast, _: cast.name(),
    "surname": lambda _, rng: rng.choice(words.SURNAMES),
    "spot": lambda cast, rng: rng.choice(cast.spots),
    "thing": lambda _, rng: rng.choice(grammar.THINGS),
    "stuff": lambda _, rng: rng.choice(grammar.STUFFS),
    "verb": lambda _, rng: rng.choice(grammar.VERBS),
    "people": lambda _, rng: rng.choice(grammar.PEOPLE),
    "weather": lambda _, rng: rng.choice(grammar.WEATHERS),
}


def _deck(rng: random.Random, topic: str) -> list[str]:
    """The sentences that the story draws from, shuffled, the topic's own ones towards the top."""
    own, general = list(grammar.TOPIC[topic]), [*grammar.GENERAL, *grammar.DETAIL]
    rng.shuffle(general)
    for position, sentence in enumerate(rng.sample(own, len(own))):
        general.insert(position * 4 + 1, sentence)
    return general


def _table(cast: Cast) -> Line:
    rows = [cast.rng.choice(grammar.TABLE_HEADS)]
    rows += [(cast.fill("place"), cast.fill("decimal"), cast.fill("pct")) for _ in range(cast.rng.randint(3, 5))]
    return Line(kind="table", text="\n".join("\t".join(row) for row in rows))


def _body(cast: Cast, target: int, topic: str) -> list[Line]:
    rng, deck, lines = cast.rng, _deck(cast.rng, topic), list[Line]()
    size = 0
    while size < target:
        sentences = [cast.say(deck.pop(0)) for _ in range(min(rng.choice((1, 1, 2, 2, 3)), len(deck)))]
        if not deck:
            deck = _deck(rng, topic)
        paragraph = Line(kind="paragraph", text="".join(sentences))
        size += len(paragraph.text)
        extra = _extra(cast, rng.random(), target - size)
        # A table does not count: it is no prose.
        size += sum(len(line.text) for line in extra if line.kind != "table")
        lines += [paragraph, *extra]
    while lines[-1].kind in ("heading", "image", "caption"):
        lines.pop()
    return lines


def _extra(cast: Cast, roll: float, room: int) -> list[Line]:
    """What stands below a paragraph, where there is room: mostly nothing. `roll`: 0 to 1, what it is to be."""
    rng = cast.rng
    if roll < 0.16:
        return [Line(kind="paragraph", text=cast.say(rng.choice(grammar.QUOTES)))]
    if roll < 0.21 and room > 60:
        return [Line(kind="paragraph", text=cast.say(spoken)) for spoken in rng.choice(grammar.DIALOGUE)]
    if roll < 0.31 and room > 150:
        return [Line(kind="heading", text=cast.say(rng.choice(grammar.HEADINGS)))]
    if roll < 0.37 and room > 150:
        items = rng.sample(grammar.ITEMS, rng.randint(2, len(grammar.ITEMS)))
        return [Line(kind="list_item", text=cast.say(item)) for item in items]
    if roll < 0.41 and room > 250:
        return [_table(cast)]
    if roll < 0.55 and room > 100:
        return _picture(cast)
    return []


def _picture(cast: Cast) -> list[Line]:
    rng = cast.rng
    image = Line(kind="image", url=f"{rng.getrandbits(64):016x}")
    if rng.random() < 0.7:
        return [image, Line(kind="caption", text=cast.say(rng.choice(grammar.CAPTIONS)))]
    return [image]


@cache
def story(seed: int, number: int) -> Story:
    """The story of that number: 60 characters (a flash) to about 3,000."""
    rng = random.Random(f"{seed}/story/{number}")
    topic = "稀土" if number % 12 == 0 else rng.choice(words.TOPICS)
    cast = Cast(rng, topic)
    _, shortest, longest = rng.choices(LENGTHS, [weight for weight, _, _ in LENGTHS])[0]
    if number % SHOWPIECE == 0:
        _, shortest, longest = LENGTHS[2]
    authors: tuple[str, ...] = ()
    if shortest < 100:
        lines = [Line(kind="paragraph", text=cast.say(rng.choice(grammar.FLASH)))]
    else:
        lines = _body(cast, rng.randint(shortest, longest - 120), topic)
        if number % SHOWPIECE == 0:
            lines.insert(0, Line(kind="paragraph", text=cast.say(grammar.LEAD)))
        if rng.random() < 0.45:
            authors = tuple(cast.name() for _ in range(rng.choice((1, 1, 2))))
            lines.append(Line(kind="paragraph", text=f"{cast.fixed['paper']}记者 {' '.join(authors)}"))
    first, other = rng.sample(grammar.HEADLINES, 2)
    return Story(
        number=number,
        topic=topic,
        headline=cast.say(first),
        other_headline=cast.say(other),
        lines=tuple(lines),
        keywords=(topic, cast.fixed["term2"], cast.fixed["project"]),
        authors=authors,
    )
