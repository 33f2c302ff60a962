"""An archive of any size, and what each step costs as it grows: `make bench-scale`."""
