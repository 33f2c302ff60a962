"""The whole archive grouped anew: the pairs by SQL that DuckDB and Spark both run, the verdicts by the usual code."""
