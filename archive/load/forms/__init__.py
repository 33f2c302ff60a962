"""The forms of article files, read record by record: JSON in every shape, CSV and its kin, Parquet; packed or not."""
