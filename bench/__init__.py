"""Benchmarks: each one make target, its input from a seed, ours and the limit in turn in one run."""
