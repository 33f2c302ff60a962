"""What the archive says of one cluster: its copies, how each is linked, and what happened to it."""

from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from archive.dedup.clusters.related import links_of, related
from archive.dedup.tables import Cluster, ClusterEvent, Decision, DedupText
from archive.dedup.verify.differences import marked
from archive.dedup.verify.relation import SAME_TEXT
from archive.errors import NotFound
from archive.store.models import Article
from archive.store.people import visible
from archive.times import show_time

MAX_MEMBERS = 2000
MAX_DIFFERENCES = 12

_ITS: Final[BindParameter[int]] = bindparam("cluster")
_CLUSTER_OF: Final = select(Article.cluster_id).where(Article.id == bindparam("article"))
_CLUSTER: Final = select(Cluster.__table__).where(Cluster.id == _ITS)
_MEMBERS: Final = (
    select(
        *(Article.id, Article.site, Article.native_id, Article.url, Article.headline),
        *(Article.published_at, Article.published_precision, Article.first_captured_at, Article.body),
        DedupText.length,
    )
    .outerjoin(DedupText, DedupText.article_id == Article.id)
    .where(Article.cluster_id == _ITS, visible())
    .limit(MAX_MEMBERS)
)
_EVENTS: Final = (
    select(
        ClusterEvent.__table__,
        *(getattr(Decision, name).label(name) for name in ("by", "note", "undone_at", "undone_by")),
    )
    .outerjoin(Decision, Decision.id == ClusterEvent.decision_id)
    .where(or_(ClusterEvent.cluster_id == _ITS, ClusterEvent.other_cluster_id == _ITS))
    .order_by(ClusterEvent.id)
    .limit(MAX_MEMBERS)
)


def describe_cluster(connection: Connection, article_id: int, *, with_differences: bool = True) -> dict[str, Any]:
    """The cluster that an article is in, as `jianbao cluster --json` prints it; the words that differ between its
    members only `with_differences`, since texts are compared for them. Raises `NotFound`."""
    cluster_id = connection.scalar(_CLUSTER_OF, {"article": article_id})
    if cluster_id is None:
        raise NotFound(f"no article {article_id}")
    row = connection.execute(_CLUSTER, {"cluster": cluster_id}).mappings().first()
    stands = row["representative_id"] if row else article_id
    members = _members(connection, cluster_id)
    ids = {member["id"] for member in members}
    links = links_of(connection, ids)
    bodies = {member["id"]: member.pop("body") for member in members}
    for member in members:
        key = member["id"]
        member["representative"] = key == stands
        own = [link for link in links[key] if link["to"] in ids]
        own.sort(key=lambda link: (link["relation"] not in SAME_TEXT, link["to"] != stands, -link["confidence"]))
        member["link"] = None if key == stands or not own else own[0]
        if member["link"] is not None:
            # Only a person's word brings together what no link unites.
            member["link"]["decided"] = None if member["link"]["relation"] in SAME_TEXT else "same"
        if member["link"] is not None and with_differences:
            told = marked(bodies[member["link"]["to"]], bodies[key], MAX_DIFFERENCES)
            member["differences"], member["more_differences"] = told
    return {
        "cluster": cluster_id,
        "representative": stands,
        "pinned": bool(row and row["pinned"]),
        "size": row["size"] if row else 1,
        "members": members,
        "related": related(connection, {key: links[key] for key in ids}, cluster_id),
        "history": _events(connection, cluster_id),
    }


def _members(connection: Connection, cluster_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(_MEMBERS, {"cluster": cluster_id}).mappings()
    found = sorted(
        (dict(row) for row in rows),
        key=lambda row: (
            row["published_at"] is None,
            row["published_at"] or row["first_captured_at"],
            row["site"],
            row["native_id"],
        ),
    )
    for member in found:
        member["published_at"] = show_time(member["published_at"], member.pop("published_precision"))
        member["first_captured_at"] = show_time(member["first_captured_at"])
    return found


def _events(connection: Connection, cluster_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(_EVENTS, {"cluster": cluster_id}).mappings()
    found = [{name: value for name, value in row.items() if name != "id"} for row in rows]
    for event in found:
        event |= {name: show_time(event[name]) for name in ("at", "undone_at")}
        event["by"] = event["undone_by"] if event["kind"] == "undone" else event["by"]
    return found
