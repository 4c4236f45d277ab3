"""Benchmarks side by side with named peers: `./lab bench [NAME …] [--json FILE]`."""
