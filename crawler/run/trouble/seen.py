"""What one host, or one site, did in a run: pure."""

from typing import Final

from attrs import define, field

IN_A_ROW: Final = 5
"""So many pages of a host in vain, one after the other, and the host is left alone for this run."""


@define
class Seen:
    """What one host, or all hosts of one site, did in this run.

    `answered`: it gave any answer at all. `well`: it gave a page that is sure and final. `vain`: the addresses (ids) of
    the tries in vain since the last page that was well, `again`: those of them that were in vain in an older run, too,
    `unsure`: those of them whose page shows no article. `left`: why it is left alone for the rest of the run, or "".
    `refused`: how many of these were refusals and verification pages, `shown`: the last addresses of them all.
    `barred`: how many addresses its robots.txt forbade that were not known to be forbidden; `new_robots`: it is another
    than before. `shared_vain`: its pages in a row that were in vain in all runs, as far as this one knows. `controls`:
    so many articles that were there lately were asked for since the last page that was well, to see whether it is.
    `spent`: it is left alone because its budget for the day is spent, which is nothing that a person must look at.
    """

    answered: bool = False
    well: bool = False
    vain: list[int] = field(factory=list)
    again: set[int] = field(factory=set)
    unsure: set[int] = field(factory=set)
    refused: int = 0
    shown: list[str] = field(factory=list)
    left: str = ""
    barred: int = 0
    new_robots: bool = False
    shared_vain: int = 0
    controls: int = 0
    spent: bool = False

    def page_well(self) -> None:
        """A page was final."""
        self.answered = self.well = True
        self.shared_vain = self.controls = self.refused = 0
        self.vain.clear()
        self.unsure.clear()

    def add_vain(self, key: int, *, sure: bool = True) -> None:
        """A page was in vain. One that was so already in this run is no further page. `sure`: False where it shows no
        article, which may be its own doing, or a template's, and tells less of its host."""
        if key not in self.vain:
            self.vain.append(key)
        if not sure:
            self.unsure.add(key)

    @property
    def is_enough(self) -> bool:
        """Whether to leave the host alone. Where earlier runs had only trouble, two pages tell that it goes on: one
        may be a page's own. That a page shows no article may be so, too, and tells less of a host that was well."""
        sure = len(self.vain) - len(self.unsure)
        if sure >= (2 if self.shared_vain >= IN_A_ROW else IN_A_ROW):
            return True
        return len(self.vain) >= (2 * IN_A_ROW if self.well else IN_A_ROW)

    @property
    def forbids_much(self) -> bool:
        """Whether robots.txt may forbid by mistake: no page was to be had for it."""
        return not self.well and self.barred >= (1 if self.new_robots else 2)

    def in_trouble(self, *, answered: bool) -> bool:
        """Whether the tries in `vain` were the host's trouble, or our own network's, and not the addresses'.

        `answered`: whether anything answered in this run. One address alone, where all else is silent, cannot tell a
        host from a page; two can.
        """
        if not answered or not self.answered or (self.left and not self.spent):
            return True  # a host that was left alone was in trouble, however few were on their way to it
        return len(self.vain) >= (IN_A_ROW if self.well and not self.controls else 2)

    def excused(self, *, answered: bool) -> set[int]:
        """Those in `vain` whose try does not count. A page that was in vain in an older run, too, and is so again at a
        host that was well in this one, is no longer the host's trouble."""
        if not self.in_trouble(answered=answered):
            return set()
        return set(self.vain) - (self.again if self.well and answered else set())
