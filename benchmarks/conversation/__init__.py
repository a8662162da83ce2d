"""Benchmarks of the conversation: how fast, how well interrupted, how well it waits."""
