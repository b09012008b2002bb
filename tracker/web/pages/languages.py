"""The choice of a language: kept with the person, and with the browser for when nobody is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from tracker.domain.vocabulary import Language
from tracker.store.engine import transaction
from tracker.store.languages import keep_language
from tracker.web.deps import Called, remember_language
from tracker.web.own_paths import own_path
from tracker.web.rules import anyone, person_of

router = APIRouter(include_in_schema=False)


@router.post("/language", dependencies=[anyone()])
def choose(
    called: Called, language: Annotated[Language, Form()], next: Annotated[str, Form()] = "/"
) -> Response:
    """Keep the language and go back to the page on which it was chosen."""
    person = person_of(called.request)
    if person is not None and person.language is not language:
        with transaction(called.house.engine) as session:
            keep_language(session, person.id, language)
    answer = RedirectResponse(own_path(next), 303)
    remember_language(answer, called.house, language)
    return answer
