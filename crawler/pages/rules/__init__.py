"""Every clutter rule, and the engine that runs them: which block is body, and why not."""
