"""The command's own tests of bad input, edges and layouts, asked through Python and Spark.

Left out is what only a command has: its streams, its exit status, its spelling of options, a process of its own.
"""

from __future__ import annotations

import test_damaged_files
import test_edges
import test_errors
import test_layouts
import test_relaxation_errors

_OF_THE_COMMAND = {
    "test_a_path_may_be_relative_or_a_link",
    "test_an_error_without_json_is_one_line_on_standard_error",
    "test_the_summary_goes_to_standard_output_and_under_json_to_standard_error",
    "test_contradictory_options_are_refused",
    # It limits the memory of a process of its own; test_memory.py asks the same of an executor.
    "test_a_page_that_claims_two_gigabytes_is_corrupt_and_takes_no_memory",
}

globals().update(
    (name, test)
    for module in (test_errors, test_edges, test_layouts, test_damaged_files, test_relaxation_errors)
    for name, test in vars(module).items()
    if name.startswith("test_") and callable(test) and name not in _OF_THE_COMMAND
)
