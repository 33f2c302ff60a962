"""What a run counts."""

from collections.abc import Sequence

from attrs import define

from archive.store.records import Stored


@define
class Counts:
    """What a run did. `listed`: articles that lists named; `fetched`: article pages that answered; `new`: articles that
    the archive did not have, `duplicate` of them with a text that it had; `doubtful`: pages that could not be read as
    they should, and lists that gave less than expected; `failed`: addresses without an answer; `rechecked`: articles
    that were looked at again."""

    listed: int = 0
    fetched: int = 0
    new: int = 0
    duplicate: int = 0
    doubtful: int = 0
    failed: int = 0
    rechecked: int = 0

    def summary(self) -> str:
        """One line for a person."""
        return (
            f"listed {self.listed} · fetched {self.fetched} · new {self.new} · duplicate {self.duplicate} · "
            f"doubtful {self.doubtful} · failed {self.failed}"
            + (f" · rechecked {self.rechecked}" if self.rechecked else "")
        )

    def add(self, stored: Sequence[Stored]) -> None:
        """Count what one transaction stored."""
        self.new += sum(one.state == "new" for one in stored)
        self.duplicate += sum(one.state == "new" and one.duplicate for one in stored)
