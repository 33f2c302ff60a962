"""A case or more for each predicate of the verification: invented texts on which it decides, and where that happens."""

from functools import cache

from tests.archive.dedup.verify import difference_cases, rule_cases
from tests.archive.dedup.verify.case import Case


@cache
def cases() -> tuple[Case, ...]:
    """Every case."""
    return (
        *difference_cases.numbers(),
        *difference_cases.noise(),
        *difference_cases.damage(),
        *difference_cases.names(),
        *rule_cases.stories(),
        *rule_cases.belief(),
        *rule_cases.headlines(),
        *rule_cases.relations(),
    )
