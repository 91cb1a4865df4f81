"""What Spark did between two moments, from its event log: jobs, bytes through each exchange, bytes to the driver."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Exchange:
    """What a stage wrote for the next one."""

    stage: str
    bytes: int = 0
    records: int = 0


@dataclass
class Activity:
    """The jobs of a time span."""

    jobs: int = 0
    tasks: int = 0
    driver_bytes: int = 0  # results of tasks, as they were sent
    read_bytes: int = 0
    task_peak_bytes: int = 0  # execution memory of a task, with our native memory; the largest
    exchanges: list[Exchange] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """As JSON values, exchanges in the order of their stages."""
        return {**asdict(self), "shuffle_bytes": sum(exchange.bytes for exchange in self.exchanges)}


def read(log: Path, from_ms: float, to_ms: float) -> Activity:
    """The jobs submitted within a span; `log` is the file of one application."""
    with log.open() as lines:
        return activity((json.loads(line) for line in lines), from_ms, to_ms)


def activity(events: Iterable[dict[str, Any]], from_ms: float, to_ms: float) -> Activity:
    """The jobs submitted within a span, with all their tasks, also those that failed."""
    found = Activity()
    exchanges: dict[int, Exchange] = {}
    stages: set[int] = set()
    for event in events:
        if event["Event"] == "SparkListenerJobStart" and from_ms <= event["Submission Time"] <= to_ms:
            found.jobs += 1
            for stage in event["Stage Infos"]:
                stages.add(stage["Stage ID"])
                exchanges.setdefault(stage["Stage ID"], Exchange(stage["Stage Name"]))
        elif event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in stages:
            found.tasks += 1
            metrics = event.get("Task Metrics")
            if metrics:
                found.driver_bytes += metrics["Result Size"]
                found.read_bytes += metrics["Input Metrics"]["Bytes Read"]
                found.task_peak_bytes = max(found.task_peak_bytes, metrics["Peak Execution Memory"])
                written = metrics["Shuffle Write Metrics"]
                exchanges[event["Stage ID"]].bytes += written["Shuffle Bytes Written"]
                exchanges[event["Stage ID"]].records += written["Shuffle Records Written"]
    found.exchanges = [exchanges[stage] for stage in sorted(exchanges) if exchanges[stage].bytes]
    return found
