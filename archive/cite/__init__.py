"""How an article is cited: by GB/T 7714-2025, and in the forms that reference managers read.

`china-national-standard-gb-t-7714-2025-numeric.csl` is Zeping Lee's style of the Citation Style Language project
(https://citationstyles.org/; repository citation-style-language/styles, state of 2026-08-21), unchanged. It is under
CC BY-SA 3.0, whose text stands beside it.
"""
