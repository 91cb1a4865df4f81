"""Spark Connect: a real server in a process of its own, and clients that have no Java."""
