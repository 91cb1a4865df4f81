"""The acceptance cases: data in, result out, as JSON files under `tests/cases`."""
