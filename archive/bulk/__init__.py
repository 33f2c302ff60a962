"""Pages and fingerprints as Parquet: what `jianbao bulk pages` writes, and import and recluster go on from."""
