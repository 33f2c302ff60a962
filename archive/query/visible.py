"""What is withdrawn is hidden in every door: the condition, and what a person is told who names such an article."""

from archive.people.present import refuse_withdrawn
from archive.store.people import visible

__all__ = ["refuse_withdrawn", "visible"]
