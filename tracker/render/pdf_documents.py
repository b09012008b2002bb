"""Papers as PDF, to be read: tagged (PDF/UA-1 where all letters can be drawn), one file for the same facts.

All text reaches the layout as data, never as its source. It reads no font and no file of the machine besides
its own folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typst

from tracker.paths import bundled
from tracker.render.papers import Paper
from tracker.render.squares import as_svg

LAYOUT = "paper.typ"


def pdf_bytes(paper: Paper) -> bytes:
    """The paper as PDF."""
    return next(iter(pdfs([paper])))


def pdfs(papers: Iterable[Paper]) -> Iterable[bytes]:
    """Papers as PDF, one after another; fonts are read once."""
    compiler = _compiler()
    for paper in papers:
        yield _compiled(compiler, paper)


def _compiled(compiler: typst.Compiler, paper: Paper) -> bytes:
    inputs = _inputs(paper)
    try:
        found = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:  # a letter that no font of ours draws; it shows as a box then, and is kept
        found = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=0)
    assert isinstance(found, bytes)
    return found


def png_pages(paper: Paper, *, ppi: float = 72) -> tuple[bytes, ...]:
    """The pages of a paper as pictures, to be looked at."""
    found = _compiler().compile(format="png", sys_inputs=_inputs(paper), ppi=ppi)
    return (found,) if isinstance(found, bytes) else tuple(found or ())


def _compiler() -> typst.Compiler:
    folder = bundled("templates") / "documents"
    return typst.Compiler(input=folder / LAYOUT, root=folder, ignore_system_fonts=True)


def _inputs(paper: Paper) -> dict[str, str]:
    said: dict[str, Any] = asdict(paper)
    said["heading"] = dict(zip(("kk", "ru"), said["heading"], strict=True))
    said["square"] = as_svg(paper.check)
    return {"paper": json.dumps(said, ensure_ascii=False)}
