"""The version, apart from everything else so that building a wheel imports nothing.

It is the one of Cargo.toml, which a test sees to; jar and native library take theirs from there.
"""

__version__ = "0.1.0"
