"""Raw answers on disk: written first, read back from files of any origin."""
