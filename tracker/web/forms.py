"""What a form may bring, and how much of it is read: fields and files are counted while it comes (LOD-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Request
from starlette.datastructures import FormData

Text = Annotated[str, Form()]
"""What was typed or chosen; nothing is an empty text."""

Texts = Annotated[Sequence[str], Form()]
"""All fields of one name, in the order of the page."""

FORM_ROOM = 64 * 1024
"""The longest field, and the longest body at a route that does not say ``max_body_size``, in bytes."""

FORM_FIELDS = 1_200
"""Fields of the longest form: 500 needs, for each that its supplier agreed, and what is confirmed of all."""

FORM_FILES = 0
"""Files of a form whose route does not declare ``form_limits`` of its own: nobody would look at one."""


async def form_of(request: Request) -> FormData:
    """The whole form where no signature names its fields; raises ``HTTPException`` beyond the limits."""
    return await request.form(max_fields=FORM_FIELDS, max_files=FORM_FILES, max_part_size=FORM_ROOM)
