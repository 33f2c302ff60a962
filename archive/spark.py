"""How Spark is started, for all that runs on it. Needs pyspark (the extra `spark`) and Java 17."""

import os
import sys
from typing import Any

from archive.errors import UsageError


def start(name: str, master: str) -> Any:
    """A Spark session. `master`: as Spark knows it; `local[*]` is this machine. Raises `UsageError`."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError("Spark needs pyspark and Java 17; install jianbao[spark]") from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName(name)
    for key, value in (
        ("spark.ui.enabled", "false"),
        ("spark.sql.session.timeZone", "UTC"),
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.sql.shuffle.partitions", "8" if master.startswith("local") else "200"),
    ):
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # pyspark raises what Java raised
        raise UsageError(f"Spark does not start; is Java 17 there? {str(error).splitlines()[0]}") from error
    session.sparkContext.setLogLevel("ERROR")
    return session
