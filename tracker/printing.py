"""What commands print of their findings: tables in the reader's language, JSON and CSV for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from tracker import console
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.register import ImportIssue
from tracker.domain.workdays import Override
from tracker.feeds.columns import COLUMNS
from tracker.render import assessment_json
from tracker.render.formats import school_name
from tracker.services import checking, evaluating, exporting, importing
from tracker.services.demo_people import SignIn

NOTICES_SHOWN = 20
"""Notices that a table lists; JSON has all of them."""


def print_import(desk: Desk, found: importing.Preview, how: Format) -> None:
    """The report of an import (interfaces §5)."""
    rejections = [{**_stated(issue), "message": desk.sentences.issue(issue)} for issue in found.issues]
    counts = {name: getattr(found, name) for name in ("read", "new", "changed", "same", "rejected")}
    if how is Format.JSON:
        notices = [{**asdict(notice), "message": desk.sentences.issue(notice)} for notice in found.notices]
        danger = (
            None if found.danger is None else {**asdict(found.danger), "percent": str(found.danger.percent)}
        )
        extra = {"unknown_columns": list(found.unknown_columns), "notices": notices, "danger": danger}
        console.print_json({**counts, "written": found.written, "rejections": rejections, **extra})
        return
    if how is Format.CSV:
        titles = ("row", "column", "value", "code", "message")
        console.print_rows(titles, [tuple(each.values()) for each in rejections], how)
    else:
        _show_import(desk, found, counts)


def _stated(issue: ImportIssue) -> dict[str, object]:
    """What programs read of an issue."""
    return {"row": issue.row, "column": issue.column, "value": issue.value, "code": issue.code}


def _show_import(desk: Desk, found: importing.Preview, counts: Mapping[str, int]) -> None:
    """The report for people: what is wrong, what it comes to, how to go on, what else to know."""
    if found.issues:
        titles = [desk.say(f"column.{name}") for name in ("row", "column", "value", "reason")]
        headers = {column.name: getattr(column, desk.settings.language) for column in COLUMNS[found.kind]}
        rows = [
            (issue.row, _header(issue.column, headers), issue.value, desk.sentences.issue(issue))
            for issue in found.issues
        ]
        console.print_rows(titles, rows, Format.TABLE)
    console.say(desk.say("cli.import", **counts) + " " + desk.say(_outcome(found)))
    if found.issues and not found.written:
        console.say(desk.say("cli.hint.rejected" if found.has_good_rows else "cli.hint.all_rejected"))
    if found.danger is not None and not found.written:
        places = desk.sentences.formats.places(asdict(found.danger))
        console.say(desk.say("cli.hint.error.confirmation_needed", **places))
    for column in found.unknown_columns:
        would = "" if found.written and found.changes_facts else ".would"
        console.say(desk.say(f"cli.unknown_column{would}", column=column))
    for notice in found.notices[:NOTICES_SHOWN]:
        console.say(desk.say("cli.row", row=notice.row) + " " + desk.sentences.issue(notice))


def _outcome(found: importing.Preview) -> str:
    """The code of what became of a file."""
    if not found.written:
        return "cli.not_written"
    return "cli.written" if found.changes_facts else "cli.nothing_to_write"


def _header(name: str | None, headers: Mapping[str, str]) -> str | None:
    """A column by its title in the reader's language, with its name; an unknown one as the file calls it."""
    return f"{headers[name]} ({name})" if name is not None and name in headers else name


def print_evaluation(desk: Desk, found: evaluating.Snapshot, how: Format) -> None:
    """Every need as JSON or CSV; as a table only what is flagged, the worst first, and the counts."""
    if how is Format.JSON:
        items = [
            assessment_json.need(need.assessment, region=need.school.region, district=need.school.district)
            for need in found.needs
        ]
        printed = assessment_json.evaluation(
            items, on=found.on, known=found.known, policy=found.policy, counts=found.counts()
        )
        left = [{"school_id": each.school.school_id, "service": each.service} for each in found.unjudged]
        console.print_json({**printed, "unjudged": left} if left else printed)
        return
    if how is Format.CSV:
        sheet = exporting.needs_sheet(found.needs, found.unjudged)
        console.print_rows(sheet.header, sheet.rows, how)
        return
    language = desk.settings.language
    rows = [
        (
            need.school.school_id,
            school_name((need.school.name_kk, need.school.name_ru, need.school.name), language),
            desk.say(f"service.{need.assessment.service}"),
            desk.say(f"state.{need.assessment.state}"),
            desk.sentences.need(need.assessment),
            desk.sentences.step(need.assessment),
        )
        for need in evaluating.in_harm_order(found.needs)
    ]
    names = ("school_id", "name", "service", "state", "finding", "next_step")
    titles = [desk.say(f"cli.column.{name}") for name in names]
    console.print_rows(titles, rows, how, caption=desk.say("cli.evaluated", on=found.on.isoformat()))
    counts = assessment_json.count_states(found.counts())
    console.say(*(f"{desk.say(f'state.{state}')}: {count}" for state, count in counts.items()))


def print_checks(desk: Desk, found: list[checking.Check], how: Format) -> None:
    """What was looked at, each with what was seen."""
    if how is Format.TABLE:
        for check in found:
            mark = desk.say("cli.check.good" if check.is_good else "cli.check.bad")
            detail = _detail(desk, check)
            seen = f": {detail}" if detail else ""
            console.say(f"{mark} {desk.say(f'check.{check.code}')}{seen}")
    else:
        rows = [(check.code, check.is_good, check.detail) for check in found]
        console.print_rows(("code", "good", "detail"), rows, how)


def _detail(desk: Desk, check: checking.Check) -> str:
    """What was seen, for people; programs read it whole."""
    reason = f"error.{check.code}.{check.detail}"
    if desk.sentences.words.knows(reason):
        return desk.say(reason)
    if check.is_good and desk.sentences.words.knows(told := f"check.{check.code}.seen"):
        first, _, second = check.detail.partition(";")[0].partition(" ")
        return desk.say(told, first=first, second=second.strip("()"))
    return check.detail


def print_days(desk: Desk, days: Iterable[Override], how: Format) -> None:
    """The decreed days."""
    names = ("day", "working", "decree")
    if how is Format.TABLE:
        titles = [desk.say(f"cli.column.{name}") for name in names]
        said = {True: desk.say("cli.day.working"), False: desk.say("cli.day.off")}
        short = desk.sentences.formats.short
        console.print_rows(titles, [(short(day.on), said[day.working], day.decree) for day in days], how)
    else:
        console.print_rows(names, [(str(day.on), day.working, day.decree) for day in days], how)


def print_sign_ins(desk: Desk, found: Iterable[SignIn]) -> None:
    """The ready accounts of the demo, one of each role."""
    titles = [desk.say(code) for code in ("person.role", "person.email", "session.password")]
    rows = [(desk.say(f"role.{one.role}"), one.email, one.password) for one in found]
    console.print_rows(titles, rows, Format.TABLE, caption=desk.say("cli.demo.people"))
