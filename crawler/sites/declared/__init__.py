"""What a site file declares: how it is loaded, and what its values are checked by."""
