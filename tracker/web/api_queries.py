"""What programs may ask (interfaces §6): every parameter with its form and limits, and no other.

Stricter than the pages: a filter that is misspelt, empty or given twice is refused, for ignored it would
silently widen a list. The models are also what the description of the API says of its parameters.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Literal

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from tracker.domain.asked import read_day, read_moment
from tracker.domain.days import FIRST_YEAR, LAST_YEAR
from tracker.domain.errors import (
    DayNotReadable,
    ParameterNotKnown,
    ParameterRepeated,
    TrackerError,
)
from tracker.domain.vocabulary import FlagKind, Language, Service, State
from tracker.store.registry import LONGEST_SEARCH
from tracker.web.deps import Asked, Visit
from tracker.web.filters import ON, REGION_CODES, Filters, not_known

LAST_PAGE = 10**8 - 1
LONGEST_NAME = 200

DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{2}\.\d{2}\.\d{4}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+ -]\d{2}:\d{2})", re.ASCII)
"""RFC 3339; in an address a plus sign may have become a space."""

YEAR_FIRST = f"^({'|'.join(map(str, range(FIRST_YEAR, LAST_YEAR + 1)))})-"
MEANT = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufeff]")
"""A sign that says something; written out, for languages differ in what they count as white space."""


def _day(text: str) -> str:
    if not DAY.fullmatch(text):
        raise DayNotReadable(value=text)
    read_day(text)
    return text


def _moment(text: str) -> str:
    if DAY.fullmatch(text):
        return _day(text)
    if not MOMENT.fullmatch(text):
        raise DayNotReadable(value=text)
    read_moment(text.replace(" ", "+"))
    return text


def _whole(given: object) -> object:
    """A number as digits and nothing else: no sign, exponent, fraction or grouping."""
    if not isinstance(given, str):
        return given
    if not re.fullmatch(r"[1-9][0-9]{0,7}", given):
        raise ValueError(given)
    return int(given)


def _said(text: str) -> str:
    if not MEANT.search(text):
        raise ValueError(text)
    return text.strip()


def _region(text: str) -> str:
    if text not in REGION_CODES:
        raise ValueError(text)
    return text


def _written(form: str, **more: str) -> dict[str, str]:
    said = f"In the years {FIRST_YEAR} to {LAST_YEAR}."
    return {"type": "string", "format": form, "description": said, **more}


A_DAY = [_written("date", pattern=YEAR_FIRST), _written("day.month.year")]
A_MOMENT = _written("date-time", pattern=YEAR_FIRST)
Day = Annotated[str, AfterValidator(_day), WithJsonSchema({"anyOf": A_DAY})]
Moment = Annotated[str, AfterValidator(_moment), WithJsonSchema({"anyOf": [*A_DAY, A_MOMENT]})]
Text = Annotated[str, Field(json_schema_extra={"pattern": MEANT.pattern}), AfterValidator(_said)]
Region = Annotated[str, AfterValidator(_region), Field(json_schema_extra={"enum": sorted(REGION_CODES)})]
Number = Annotated[int, BeforeValidator(_whole)]
Size = Annotated[Literal[50, 100, 200], BeforeValidator(_whole)]
Horizon = Annotated[Literal[30, 60, 90], BeforeValidator(_whole)]
Yes = Literal["1"]
Unset = SkipJsonSchema[None]
"""What a parameter is that was not given; nobody can write it in an address."""


class Question(BaseModel):
    """The day and the moment of knowledge that are asked about, and the language of refusals."""

    model_config = ConfigDict(extra="forbid")

    on: Day | Unset = Field(None, description="The day that is asked about; today if not given.")
    known: Moment | Unset = Field(
        None, description="As was known at this moment (of a day: at its end); now if not given."
    )
    lang: Language | Unset = Field(None, description="The language in which a refusal is worded.")


class PageQuestion(Question):
    """One page of a list."""

    page: Number = Field(1, ge=1, le=LAST_PAGE, description="A page after the last one shows the last one.")
    size: Size = Field(50, description="How many items a page has.")


class NeedQuestion(PageQuestion):
    """The filters that lists of needs share; those that are given must all hold."""

    region: Region | Unset = Field(None, description="Code of a region; none for schools that state none.")
    district: Text | Unset = Field(
        None, max_length=LONGEST_NAME, description="Name of a district; none for schools that state none."
    )
    service: Service | Unset = Field(None, description="What the school needs.")
    state: State | Unset = Field(None, description="The state of the need on the day.")
    flag: FlagKind | Unset = Field(None, description="A flag that the need carries on the day.")
    within: Horizon | Unset = Field(None, description="Service is lost within so many days of the day.")
    purchase: Yes | Unset = Field(None, description="No regular service, and a tender under way.")
    integrated: Yes | Unset = Field(
        None, description="The school's cameras are joined to the control centre."
    )
    q: Text | Unset = Field(
        None, max_length=LONGEST_SEARCH, description="Words of the school's name, its identifier or BIN."
    )

    def filters(self) -> Filters:
        """What the pages call the same."""
        return Filters(
            region=self.region,
            district=self.district,
            service=self.service,
            state=self.state,
            flag=self.flag,
            within=self.within,
            purchase=self.purchase == ON,
            integrated=self.integrated == ON,
            q=self.q,
        )


async def asked_once(visit: Asked) -> Visit:
    """A visit whose address names each parameter at most once; raises :class:`ParameterRepeated`."""
    given = Counter(name for name, _ in visit.request.query_params.multi_items())
    for name, times in given.items():
        if times > 1:
            raise ParameterRepeated(name=name)
    return visit


AskedOnce = Annotated[Visit, Depends(asked_once)]
"""For what programs read."""


def refusal_of(error: RequestValidationError) -> TrackerError:
    """The first thing that is wrong with the parameters, as a refusal with its name."""
    first = error.errors()[0]
    name = str(first["loc"][1]) if len(first["loc"]) > 1 else ""
    if first["type"] == "extra_forbidden":
        return ParameterNotKnown(name=name)
    return not_known(name, first.get("input"))
