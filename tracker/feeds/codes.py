"""Codes of everything a register file can be told, with the names of their details; words are in catalogs."""

from __future__ import annotations

ISSUES: dict[str, tuple[str, ...]] = {
    "ambiguous_date": (),
    "ambiguous_number": (),
    "became_date": (),
    "bin_check": (),
    "bin_form": (),
    "control_character": (),
    "currency_unknown": (),
    "date_impossible": (),
    "date_out_of_range": ("first", "last"),
    "date_unreadable": (),
    "duplicate_column": ("title",),
    "email_unreadable": (),
    "end_before_start": ("start",),
    "extra_cells": ("cells", "columns"),
    "formula_error": (),
    "formula_without_value": (),
    "garbled_letters": (),
    "lost_letters": (),
    "missing_column": (),
    "mixed_letters": ("word",),
    "not_text": (),
    "number_negative": (),
    "number_rounded": (),
    "number_too_large": ("limit",),
    "number_unreadable": (),
    "other_kind": ("kind",),
    "region_unknown": (),
    "required": (),
    "several_values": (),
    "terminated_before_start": ("start",),
    "too_long": ("limit",),
    "too_many_facts": ("limit",),
    "two_digit_year": (),
    "unknown_value": ("allowed",),
}
"""Why a row is not taken: code and the names of its details."""

NOTICES: dict[str, tuple[str, ...]] = {
    "bin_doubtful": (),
    "bin_repaired": ("bin",),
    "placeholder_end": ("years",),
    "short_rows": ("count",),
    "stage_without_day": (),
}
"""What is said of a row that is taken."""
