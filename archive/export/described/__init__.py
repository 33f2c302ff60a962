"""What programs read about the rows before they read them: JSON Schemas, Data Package v2 manifests, dataset cards."""
