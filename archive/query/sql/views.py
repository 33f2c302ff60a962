"""The views that `jianbao sql` reads, in SQL for each database: what is withdrawn is not in them.

They are made for one session and not stored: so they are always those of this version, whatever becomes of the tables.
docs/data.md describes every column; a test holds that page and these together.
"""

from typing import Final

from attrs import frozen

VIEWS: Final = ("articles", "stories", "copies", "revisions", "doubts")


@frozen
class _Dialect:
    """What the databases write otherwise."""

    sqlite: bool

    def time(self, column: str) -> str:
        """A time as ISO 8601 in Beijing time."""
        if self.sqlite:
            return f"strftime('%Y-%m-%dT%H:%M:%S+08:00', {column}, '+8 hours')"
        return f"""to_char({column} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')"""

    def shown(self, column: str, precision: str) -> str:
        """A time as precise as its page showed it."""
        full = self.time(column)
        return (
            f"CASE {precision} WHEN 'day' THEN substr({full}, 1, 10) "
            f"WHEN 'minute' THEN substr({full}, 1, 16) || '+08:00' ELSE {full} END"
        )

    def names(self, column: str) -> str:
        """A list of names in one text."""
        if self.sqlite:
            return f"(SELECT group_concat(value, '、') FROM json_each({column}))"
        return f"(SELECT string_agg(value, '、') FROM json_array_elements_text({column}))"

    def tags(self, article: str) -> str:
        """An article's tags in one text."""
        each = "group_concat(tag, '、')" if self.sqlite else "string_agg(tag, '、' ORDER BY tag)"
        return f"(SELECT {each} FROM tag WHERE tag.article_id = {article})"

    def reason(self, column: str) -> str:
        """The rule that decided of two texts."""
        return f"{column} ->> '$.reason'" if self.sqlite else f"{column} ->> 'reason'"


def definitions(*, sqlite: bool) -> dict[str, str]:
    """Each view's query, by its name."""
    made = _Dialect(sqlite)
    time, names = made.time, made.names
    linked = f"""l.article_id, l.other_id, l.relation, {names("l.marks")} AS marks, l.similarity, l.coverage,
        l.other_coverage, l.confidence, {made.reason("l.evidence")} AS reason, {time("l.at")} AS found_at"""
    both = """FROM link l JOIN article a ON a.id = l.article_id AND a.withdrawn_at IS NULL
        JOIN article o ON o.id = l.other_id AND o.withdrawn_at IS NULL"""
    apart = """EXISTS (SELECT 1 FROM cluster_side x JOIN cluster_side y ON y.split_id = x.split_id AND y.side <> x.side
        WHERE x.cluster_id = a.cluster_id AND y.cluster_id = o.cluster_id)"""
    return {
        "articles": f"""SELECT a.id, a.site, a.native_id, a.url, a.headline, a.original_title, a.body,
                {made.shown("a.published_at", "a.published_precision")} AS published_at, a.source_name, a.account_name,
                {names("a.authors")} AS authors, a.editor, a.location, {names("a.keywords")} AS keywords,
                {names("a.flags")} AS flags, {made.tags("a.id")} AS tags, a.template, a.confidence, a.state,
                a.revision, {time("a.first_captured_at")} AS first_captured_at,
                {time("a.last_captured_at")} AS last_captured_at, a.cluster_id,
                coalesce(c.size, 1) AS copies, coalesce(c.representative_id = a.id, c.id IS NULL) AS representative
            FROM article a LEFT JOIN cluster c ON c.id = a.cluster_id WHERE a.withdrawn_at IS NULL""",
        "stories": f"""SELECT a.cluster_id, a.id AS representative_id, a.headline, a.site,
                {made.shown("a.published_at", "a.published_precision")} AS published_at, m.copies, m.sites,
                {time("m.first_at")} AS first_published_at, {time("m.last_at")} AS last_published_at,
                coalesce(c.pinned, {"0" if sqlite else "false"}) AS pinned
            FROM (SELECT cluster_id, min(id) AS id, count(*) AS copies, count(DISTINCT site) AS sites,
                    min(published_at) AS first_at, max(published_at) AS last_at
                FROM article WHERE withdrawn_at IS NULL GROUP BY cluster_id) m
            LEFT JOIN cluster c ON c.id = m.cluster_id JOIN article a ON a.id = coalesce(c.representative_id, m.id)""",
        "copies": f"""SELECT {linked}, a.cluster_id = o.cluster_id AS same_story {both}
            WHERE l.relation <> 'doubtful'""",
        "revisions": f"""SELECT r.article_id, r.number, r.number = a.revision AS present,
                CASE WHEN r.number = a.revision THEN a.headline ELSE r.headline END AS headline,
                CASE WHEN r.number = a.revision THEN a.body ELSE r.body END AS body,
                r.cause, {time("r.captured_at")} AS captured_at, r.capture_id
            FROM revision r JOIN article a ON a.id = r.article_id AND a.withdrawn_at IS NULL""",
        "doubts": f"""SELECT {linked}, a.headline, o.headline AS other_headline {both}
            WHERE l.relation = 'doubtful' AND a.cluster_id <> o.cluster_id AND NOT {apart}""",
    }
