"""A report as the file that was asked for."""

from __future__ import annotations

from tracker.domain.reports import Ending
from tracker.render.catalogs import Words
from tracker.render.formats import Formats
from tracker.render.report_files import Told, report_csv, report_xlsx


def report_file(told: Told, ending: Ending, words: Words, formats: Formats) -> bytes:
    """The bytes of the file; the same report gives the same ones."""
    if ending is Ending.CSV:
        return report_csv(told)
    about = words.say("report.about")
    if ending is Ending.XLSX:
        return report_xlsx(told, about=about)
    from tracker.render.report_pdf import report_pdf  # the layout takes a while to load

    return report_pdf(told, formats, definitions=about)
