"""`python -m benchmarks.draft`: a line for each template, and the lines of its draft that a person would change."""

from pathlib import Path

from benchmarks.draft.measure import measure
from benchmarks.draft.pages import portal_pages, shared_pages

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Prints the table."""
    groups = portal_pages()
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        groups |= shared_pages(shared)
    print(f"{'pages':26}{'template':22}{'n':>3}{'F1':>8}{'worst':>8}{'headline':>10}{'time':>6}{'changes':>9}")
    for name, samples in groups.items():
        for known in (True, False):
            row = measure(name, samples, as_known=known)
            if row is None:
                continue
            count = len(row.scores)
            print(
                f"{row.name:26}{row.template if known else '  as a new portal':22}{count:3}{row.f1:8.4f}"
                f"{min(row.scores):8.4f}{row.headlines:7}/{count}{row.times:4}/{count}{len(row.changes):6}"
            )
            for line in row.changes:
                print(f"    {line}")


if __name__ == "__main__":
    main()
