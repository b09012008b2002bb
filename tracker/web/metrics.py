"""What operators measure, in the text that Prometheus reads: counts over the country and never a school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from tracker import __version__
from tracker.domain.acts import Act
from tracker.domain.vocabulary import FlagKind
from tracker.services.conditions import Condition, untold_needs
from tracker.services.operating import CODES
from tracker.services.warding import Watch
from tracker.services.witnessing import Chain
from tracker.store.jobs import Job, Run
from tracker.store.measures import Measures

NO_REGION = "none"


@dataclass(frozen=True, eq=False)  # one look is like no other; a registry asks for its hash
class Reading(Collector):
    """One look at the database, as metrics."""

    measures: Measures
    runs: dict[Job, Run]
    chain: Chain
    watch: Watch
    now: datetime
    today: date
    conditions: tuple[Condition, ...]

    def collect(self) -> Iterator[Metric]:
        """Every family with its samples."""
        yield from self._needs()
        yield from self._queue()
        yield from self._jobs()
        yield from self._journal()
        yield from self._strangers()
        yield from self._conditions()
        yield from self._untold()
        yield _family("tracker_build_info", "The version that runs.", {__version__: 1}, "version")

    def _needs(self) -> Iterator[Metric]:
        found = GaugeMetricFamily(
            "tracker_needs", "Needs by region and state, as last judged.", labels=("region", "state")
        )
        for (region, state), number in self.measures.needs.items():
            found.add_metric((region or NO_REGION, state.value), number)
        yield found
        flags = {kind.value: self.measures.flags.get(kind, 0) for kind in FlagKind}
        yield _family("tracker_flags", "Open flags by kind.", flags, "kind")

    def _queue(self) -> Iterator[Metric]:
        since = self.measures.queue_since
        days = (self.today - since).days if since else 0
        stalled = self.measures.stalled_tenders
        yield _one("tracker_stalled_tenders", "Tenders that are over their legal time.", stalled)
        yield _one("tracker_queue_needs", "Needs in the review queue.", self.measures.queue)
        yield _one("tracker_queue_oldest_days", "Days since the oldest open flag was opened.", days)

    def _jobs(self) -> Iterator[Metric]:
        ended = {job.value: run.ended_at.timestamp() for job, run in self.runs.items()}
        yield _family("tracker_job_ended_timestamp_seconds", "When each job last ended.", ended, "job")
        ages = {kind: (self.now - at).total_seconds() for kind, at in self.measures.imports.items()}
        yield _family("tracker_import_age_seconds", "Age of the newest file of each kind.", ages, "kind")

    def _journal(self) -> Iterator[Metric]:
        acts = {act.value: self.measures.acts.get(act.value, 0) for act in Act}
        yield _family("tracker_journal_entries", "Entries of the journal by act.", acts, "act")
        yield _one("tracker_journal_length", "Entries of the journal.", self.chain.length)
        yield _one("tracker_journal_checked", "The entry up to which the chain fits.", self.chain.checked_to)
        yield _one("tracker_journal_broken", "Whether the chain is broken.", int(bool(self.chain.broken_at)))

    def _strangers(self) -> Iterator[Metric]:
        failed, alarm = self.watch.failed, int(self.watch.is_alarm)
        yield _one(
            "tracker_strangers_failed", "Failed sign-ins of unknown devices within ten minutes.", failed
        )
        yield _one("tracker_strangers_alarm", "Whether so many fail that unknown devices wait.", alarm)

    def _conditions(self) -> Iterator[Metric]:
        bad: dict[str, float] = dict.fromkeys(CODES, 0)
        for each in self.conditions:
            bad[each.code] += each.is_bad
        yield _family("tracker_condition_bad", "What does not hold, as /readyz tells it.", bad, "condition")

    def _untold(self) -> Iterator[Metric]:
        found = {
            region or NO_REGION: number
            for region, number in untold_needs(self.runs.get(Job.REMINDERS)).items()
        }
        yield _family("tracker_untold_needs", "Needs of which nobody can be reminded.", found, "region")

    def answer(self) -> Response:
        """The text."""
        registry = CollectorRegistry()
        registry.register(self)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _family(name: str, about: str, values: dict[str, float] | dict[str, int], label: str) -> Metric:
    found = GaugeMetricFamily(name, about, labels=(label,))
    for key, value in values.items():
        found.add_metric((key,), value)
    return found
