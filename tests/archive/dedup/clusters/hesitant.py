"""Doubt where none would be: a copy that says so is in doubt, and excerpts share a passage.

So the tests of what becomes of doubts do not depend on which rules give them.
"""

from attrs import evolve

from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.texts import Text
from tests.archive.dedup.clusters.deeds import STORY
from tests.archive.dedup.copies import spin


def doubted(body: str) -> str:
    """A copy that is in doubt with the others of its story."""
    return body + "\n（存疑）"


DOUBTED = doubted(spin(STORY))
PASSAGE = "据介绍，" + "该线路全长一百公里。" * 30


def hesitate(first: Text, second: Text) -> Verdict | Rejection:
    """`compare`, in doubt."""
    verdict = compare(first, second)
    if isinstance(verdict, Rejection):
        return verdict
    if verdict.relation in SAME_TEXT and ("疑" in first.folded) != ("疑" in second.folded):
        return evolve(verdict, relation="doubtful")
    if verdict.relation in ("excerpt_of", "contains", "shares_passage"):
        return evolve(verdict, relation="shares_passage", evidence={**verdict.evidence, "passage": PASSAGE})
    return verdict
