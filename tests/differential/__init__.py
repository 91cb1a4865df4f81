"""The native command against the oracle, on random pairs of datasets."""
