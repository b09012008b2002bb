"""What commands print of their findings: tables in the reader's language, JSON and CSV for programs."""

from __future__ import annotations

from dataclasses import asdict

from tracker import console
from tracker.console import Format
from tracker.desk import Desk
from tracker.render import assessment_json
from tracker.services import checking, evaluating, exporting, importing

NOTICES_SHOWN = 20
"""Notices that a table lists; JSON has all of them."""


def print_import(desk: Desk, found: importing.Preview, how: Format) -> None:
    """The report of an import (interfaces §5)."""
    rejections = [
        {
            "row": issue.row,
            "column": issue.column,
            "value": issue.value,
            "code": issue.code,
            "message": desk.sentences.issue(issue),
        }
        for issue in found.issues
    ]
    counts = {name: getattr(found, name) for name in ("read", "new", "changed", "same", "rejected")}
    if how is Format.JSON:
        notices = [{**asdict(notice), "message": desk.sentences.issue(notice)} for notice in found.notices]
        danger = (
            None if found.danger is None else {**asdict(found.danger), "percent": str(found.danger.percent)}
        )
        extra = {"unknown_columns": list(found.unknown_columns), "notices": notices, "danger": danger}
        console.print_json({**counts, "written": found.written, "rejections": rejections, **extra})
        return
    titles = ("row", "column", "value", "code", "message")
    if rejections or how is Format.CSV:
        console.print_rows(titles, [tuple(each.values()) for each in rejections], how)
    if how is Format.TABLE:
        written = desk.say("cli.written" if found.written else "cli.not_written")
        console.say(desk.say("cli.import", **counts) + " " + written)
        if found.issues and not found.written:
            console.say(desk.say("cli.hint.rejected"))
        if found.danger is not None and not found.written:
            console.say(desk.say("cli.hint.error.confirmation_needed", **asdict(found.danger)))
        for column in found.unknown_columns:
            console.say(desk.say("cli.unknown_column", column=column))
        for notice in found.notices[:NOTICES_SHOWN]:
            console.say(desk.say("cli.row", row=notice.row) + " " + desk.sentences.issue(notice))


def print_evaluation(desk: Desk, found: evaluating.Snapshot, how: Format) -> None:
    """Every need as JSON or CSV; as a table only what is flagged, the worst first, and the counts."""
    if how is Format.JSON:
        items = [
            assessment_json.need(need.assessment, region=need.school.region, district=need.school.district)
            for need in found.needs
        ]
        console.print_json(
            assessment_json.evaluation(
                items, on=found.on, known=found.known, policy=found.policy, counts=found.counts()
            )
        )
        return
    if how is Format.CSV:
        sheet = exporting.needs_sheet(found)
        console.print_rows(sheet.header, sheet.rows, how)
        return
    rows = [
        (
            need.school.school_id,
            need.school.name,
            desk.say(f"state.{need.assessment.state}"),
            desk.sentences.need(need.assessment),
            desk.sentences.step(need.assessment),
        )
        for need in evaluating.in_harm_order(found.needs)
    ]
    titles = [
        desk.say(f"cli.column.{name}") for name in ("school_id", "name", "state", "finding", "next_step")
    ]
    console.print_rows(titles, rows, how, caption=desk.say("cli.evaluated", on=found.on.isoformat()))
    counts = assessment_json.count_states(found.counts())
    console.say(*(f"{desk.say(f'state.{state}')}: {count}" for state, count in counts.items()))


def print_checks(desk: Desk, found: list[checking.Check], how: Format) -> None:
    """What was looked at, each with what was seen."""
    if how is Format.TABLE:
        for check in found:
            mark = desk.say("cli.check.good" if check.is_good else "cli.check.bad")
            reason = f"error.{check.code}.{check.detail}"
            detail = desk.say(reason) if desk.sentences.words.knows(reason) else check.detail
            console.say(f"{mark} {desk.say(f'check.{check.code}')} {detail}".rstrip())
    else:
        rows = [(check.code, check.is_good, check.detail) for check in found]
        console.print_rows(("code", "good", "detail"), rows, how)
