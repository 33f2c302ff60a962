"""One Spark for the tests of a file."""

import logging
import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def one_spark() -> Iterator[list[int]]:
    """One Spark for the tests of this file, since each costs the processor ten seconds and more to warm up; the list
    grows by each time that it would have been stopped. It leaves variables in this process's environment, and loggers
    that turn pytest's own handler into one of JSON, for good: for the tests that follow both are as they were."""
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    stopped: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        before = dict(os.environ)
        # Java that compiles in haste, and collects with one thread.
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        patch.setattr(PySparkLogger, "addHandler", logging.Logger.addHandler)
        patch.setattr(SparkSession, "stop", lambda session: stopped.append(id(session)))
        yield stopped
        for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
            logging.getLogger(name).propagate = True
    if (session := SparkSession.getActiveSession()) is not None:
        session.stop()
    for name in set(os.environ) - set(before):
        del os.environ[name]
