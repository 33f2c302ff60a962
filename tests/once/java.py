"""Where tests on Spark run: where it is installed, and Java that it knows."""

import importlib.util
import shutil
import subprocess

import pytest


def _java() -> bool:
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = said.split('"')[1].split(".")[0] if '"' in said else "0"
    return version.isdigit() and int(version) >= 17


spark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: jianbao[spark]"),
    pytest.mark.skipif(not _java(), reason="Spark needs Java 17 or newer, and there is none"),
    pytest.mark.filterwarnings("ignore"),
]
