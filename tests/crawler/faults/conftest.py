"""The deeds, prepared and measured once."""

from collections.abc import Iterator

import pytest

from tests.crawler.faults import deeds as module
from tests.crawler.faults.deeds import Deed


@pytest.fixture(scope="package")
def deeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Deed]]:
    """Every deed by its name. Their portal stands as long as they do."""
    with module.deeds(tmp_path_factory.mktemp("deeds")) as made:
        yield {one.name: one for one in made}
