"""How the commands of this room show articles and times to people."""

from typing import Any

from archive.cli.terminal import echo


def title(article: dict[str, Any]) -> str:
    """An article in one line: number, headline."""
    return f"{article['id']:>6}  {article['headline'] or '(no headline)'}"


def facts(article: dict[str, Any], *more: str | None) -> str:
    """What is known of an article, in one line below its title."""
    state = None if article["state"] == "live" else article["state"]
    its = (article["published_at"], article["site"], article["source_name"] or article["account_name"], state, *more)
    return "        " + " · ".join(fact for fact in its if fact)


def tell_what_is_left_out(copies: int, size: int) -> None:
    """Say so where a story has more copies than were looked at."""
    if copies < size:
        echo(f"looked at {copies} of {size} copies, those with the earliest stated times", err=True)


def between(interval: dict[str, Any]) -> str:
    """`2025-11-20T21:00:00+08:00 … 2025-11-21T03:00:00+08:00 (capture 7 … capture 41)`."""
    after, before = interval["after_at"], interval["before_at"]
    ids = [interval["after_capture_id"], interval["before_capture_id"]]
    numbers = " … ".join(f"capture:{number}" for number in ids if number is not None)
    when = f"{after} … {before}" if after else f"before {before}"
    return f"{when} ({numbers})" if numbers else when
