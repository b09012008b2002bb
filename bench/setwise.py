"""The other end, for comparison: one hand-written query that a database answers by itself.

It knows cover and the live tender only: no working days, no forecast, no flags, no answers, no law.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, Engine, text

DIALECTS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "later": "max",
        "earlier": "min",
        "after": "date({}, '+1 day')",
        "apart": "cast(julianday({}) - julianday({}) as integer)",
        "day": "cast(:day as text)",
        "forever": "'9999-12-31'",
    },
    "postgresql": {
        "later": "greatest",
        "earlier": "least",
        "after": "({} + 1)",
        "apart": "({} - {})",
        "day": "cast(:day as date)",
        "forever": "date '9999-12-31'",
    },
}

RESULT = """
create table bench_found (
    school_id text, service text, state text, covered_until {date}, uncovered_since {date},
    tender_number text, tender_stage text, stage_days integer
)
"""

COVER = """
serving as (
    select school_id, service, kind, tender_number,
           {later}(start_on, coalesce(signed_on, start_on)) as first_on,
           {earlier}(coalesce(end_on, {forever}), coalesce(terminated_on, {forever})) as last_on,
           case when end_on is null and terminated_on is null then 0 else 1 end as dated
    from contract_line
    where superseded_seq is null and status in ('active', 'performed', 'expired', 'terminated')
),
runs as (
    select school_id, service, kind, first_on, last_on, dated,
           max(case when dated = 1 then last_on end) over (
               partition by school_id, service order by dated desc, first_on, last_on
               rows between unbounded preceding and 1 preceding
           ) as before_on
    from serving
    where first_on <= last_on
),
cover as (
    select school_id, service, min(first_on) as served_from,
           max(case when dated = 1 and kind = 'regular' and first_on <= {day} and last_on >= {day}
               then 1 else 0 end) as regular_now,
           max(case when dated = 1 and first_on <= {day} and last_on >= {day}
               then 1 else 0 end) as served_now,
           max(case when dated = 0 and first_on <= {day} then 1 else 0 end) as open_now,
           min(case when dated = 1 and before_on >= {day} and first_on > {after_before} then before_on end)
               as break_on,
           max(case when dated = 1 then last_on end) as last_on,
           max(case when dated = 1 and last_on < {day} then last_on end) as ended_on
    from runs
    group by school_id, service
)
"""

TENDERS = """
ended as (
    select distinct tender_number from tender_event
    where superseded_seq is null and on_day <= {day}
      and event in ('unsuccessful', 'cancelled', 'withdrawn', 'complete')
),
bought as (
    select distinct school_id, service, tender_number from serving
    where tender_number is not null and first_on <= last_on and first_on <= {day}
),
stages as (
    select tender_number, event, on_day,
           row_number() over (
               partition by tender_number
               order by on_day desc, case event when 'contract' then 5 when 'appeal' then 4
                   when 'evaluation' then 3 when 'bids' then 2 when 'discussion' then 1 else 0 end desc
           ) as place
    from tender_event
    where superseded_seq is null and on_day <= {day}
      and event in ('planned', 'discussion', 'bids', 'evaluation', 'appeal', 'contract')
),
live as (
    select tender.school_id, tender.service, tender.tender_number,
           case when stages.event is not null then stages.event
                when results_on <= {day} then 'appeal' when bids_close_on < {day} then 'evaluation'
                when published_on <= {day} then 'discussion' else 'planned' end as stage,
           case when stages.event is not null then stages.on_day
                when results_on <= {day} then results_on
                when bids_close_on < {day} then {after_close}
                else coalesce(published_on, planned_on) end as entered_on,
           row_number() over (
               partition by tender.school_id, tender.service order by published_on, tender.tender_number
           ) as place
    from tender_line as tender
    left join stages on stages.tender_number = tender.tender_number and stages.place = 1
    left join ended on ended.tender_number = tender.tender_number
    left join bought on bought.tender_number = tender.tender_number
        and bought.school_id = tender.school_id and bought.service = tender.service
    where tender.superseded_seq is null and status in ('planned', 'active')
      and (tender.ended_on is null or tender.ended_on > {day})
      and ended.tender_number is null and bought.tender_number is null
)
"""

ANSWER = """
judged as (
    select need.school_id as need_school, need.service as need_service,
           regular_now, served_now, break_on, last_on,
           case when coalesce(need.needed_from, served_from, {day}) > {day}
                  or need.needed_until < {day} or school.closed_on <= {day} then 'not_required'
                when regular_now = 1 then 'covered'
                when served_now = 1 then 'interim'
                when open_now = 1 then 'unknown'
                else 'uncovered' end as state,
           coalesce(need.needed_from, served_from) as needed_first,
           {after_ended} as lost_on
    from need
    join school on school.school_id = need.school_id and school.superseded_seq is null
    left join cover on cover.school_id = need.school_id and cover.service = need.service
    where need.superseded_seq is null
)
select judged.need_school, judged.need_service, state,
       case when state in ('covered', 'interim') then coalesce(break_on, last_on) end,
       case when state = 'uncovered' and needed_first is not null
            then {later}(needed_first, coalesce(lost_on, needed_first)) end,
       live.tender_number, live.stage, {stage_days}
from judged
left join live on live.school_id = judged.need_school and live.service = judged.need_service
    and live.place = 1
"""


def query(dialect: str) -> str:
    """The query in the words of a database."""
    words = dict(DIALECTS[dialect])
    after, apart = words.pop("after"), words.pop("apart")
    words |= {
        "after_before": after.format("before_on"),
        "after_close": after.format("bids_close_on"),
        "after_ended": after.format("cover.ended_on"),
        "stage_days": apart.format(words["day"], "live.entered_on"),
    }
    return "insert into bench_found with" + ",".join((COVER, TENDERS, ANSWER)).format(**words)


def prepare(engine: Engine) -> None:
    """Make the table that the query fills."""
    with engine.begin() as connection:
        kind = "date" if engine.dialect.name == "postgresql" else "text"
        connection.execute(text(RESULT.format(date=kind)))


def empty(engine: Engine) -> None:
    """Forget what the query found."""
    with engine.begin() as connection:
        connection.execute(text("delete from bench_found"))


def judge_in_the_database(engine: Engine, on: date) -> None:
    """Find and keep the answer for every need; one commit."""
    with engine.begin() as connection:
        connection.execute(text(query(engine.dialect.name)), {"day": on.isoformat()})


def found(connection: Connection) -> Mapping[tuple[str, str], tuple[str | None, ...]]:
    """State, covered until, uncovered since and live tender by need, days in ISO."""
    rows = connection.execute(
        text(
            "select school_id, service, state, cast(covered_until as text), cast(uncovered_since as text),"
            " tender_number from bench_found"
        )
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}
