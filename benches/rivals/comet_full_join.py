"""DataFusion Comet under the script of `spark_full_join`."""

from __future__ import annotations

from rivals.comet_session import settings
from rivals.spark_contest import Contestant, run
from rivals.spark_full_join import compare

if __name__ == "__main__":
    run(Contestant(compare, settings))
