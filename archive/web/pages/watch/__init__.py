"""Pages that watch: what changed, what is gone, who reprints whom; runs, alarms, health."""
