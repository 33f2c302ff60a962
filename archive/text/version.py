"""The version of the comparison form: of all that is computed from a text alone, and kept.

That is its folded form, the tokens of the full-text index, the digest, the sampled shingles, the signature, and its
passages. An archive holds them in one version (`archive.store.scheme`); of two versions, they cannot be
compared.
"""

from typing import Final

VERSION: Final = 3
"""Raised whenever the same text gives anything else than before (`tests/archive/ingest/test_comparison_form.py` fails
until it is). `jianbao db upgrade` then makes anew what an archive holds."""
