"""How an archive is doing, in numbers that a person, a program or Prometheus reads. Nothing is written to it."""
