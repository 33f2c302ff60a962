"""Whether two texts are apart, and why: the names of docs/duplicates.md."""

from typing import Final

from archive.dedup.verify.facts import Facts
from archive.dedup.verify.predicates import decide
from archive.dedup.verify.story.another import ANOTHER_STORY
from archive.dedup.verify.story.believed import BELIEVED
from archive.dedup.verify.story.short import ONE_STORY

_TOO_LITTLE: Final = "too little in common"
_TOO_FAR: Final = "too far apart in time"
_UNLIKE: Final = "unlike headlines"
REASONS: Final = (*(rule.name for rule in ANOTHER_STORY if rule.says), _TOO_LITTLE, _TOO_FAR, _UNLIKE)
"""Why two texts may not be related, in the words of docs/duplicates.md."""


def why_apart(facts: Facts) -> str | None:
    """Why two texts are not related, one of `REASONS`; None where they are."""
    story = decide(ANOTHER_STORY, facts)
    if story is not None and story.says:
        return story.name
    believed = decide(BELIEVED, facts)
    if believed is None or not believed.says:
        return _TOO_LITTLE if facts.near_in_time else _TOO_FAR
    return None if decide(ONE_STORY, facts) else _UNLIKE
