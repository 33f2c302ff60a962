"""The chain of batches: each tells what has changed since the one before, in files that are never rewritten."""

from archive.export.chain.batches import Batch, batches, head, sealed_at

__all__ = ["Batch", "batches", "head", "sealed_at"]
