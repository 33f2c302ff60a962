"""How good a drafted template is: drafted from five pages, compared with the real one on others (`make bench-draft`).

Of each template of ours with enough pages, the template itself is taken away, one is drafted from the first five, and
both read the others. Printed are the F1 of the drafted body against the real one's, on how many pages headline and time
are the same, and how many lines of the drafted file a person would change: a reader or a rule to add, to take out or to
mend, each one line. Pages: the demo portal's, ours in tests/crawler/pages, and real ones in ../shared where they are.
"""
