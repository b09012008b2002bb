"""The filters that lists and their addresses share (interfaces §6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fastapi import Request

from tracker.domain.asked import read_day
from tracker.domain.errors import FilterNotKnown, ParameterNotKnown, ParameterRepeated
from tracker.domain.findings import Assessment
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import LIVE, FlagKind, Service, State
from tracker.feeds.regions import REGIONS
from tracker.services.aside import Unjudged
from tracker.services.evaluating import NeedView
from tracker.web.orders import HARM, SORTS, Sort
from tracker.web.standings import SchoolStanding, by_school

EVERYWHERE = frozenset({"on", "known", "lang"})
"""What every page may be asked: the day, the moment of knowledge, the language."""

FIELDS = (
    "region", "district", "service", "state", "flag", "within", "purchase", "integrated", "proven",
    "required", "q", "page", "size",
)  # fmt: skip
"""What lists may be asked besides."""

QUEUED = (*FIELDS, "ends_by", "mine", "supplier", "holder", "sort")
"""What the queue may be asked, and a page that was opened from it."""

SEARCHED = ("q", "supplier")
"""Filters that are typed as names or numbers, of people as well."""

HORIZONS = (30, 60, 90)
"""Calendar days ahead for which the board counts what will be lost."""

SIZES = (50, 100, 200)
NOT_STATED = "none"
"""The region (or district) filter for schools that state none."""

REGION_CODES = frozenset(region.code for region in REGIONS) | {NOT_STATED}
ON = "1"
ME, NOBODY = "me", "nobody"
"""Who has a school in hand, besides the number of a person."""

PROVEN = (State.COVERED, State.INTERIM)
"""The states in which service is proven."""

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "region": tuple(sorted(REGION_CODES)),
    "service": tuple(Service),
    "state": tuple(State),
    "flag": tuple(FlagKind),
    "within": tuple(map(str, HORIZONS)),
    "purchase": (ON,),
    "integrated": (ON,),
    "proven": (ON,),
    "required": (ON,),
    "size": tuple(map(str, SIZES)),
    "later": (ON,),
    "mine": (ON,),
    "sort": SORTS,
}
"""The values that exist, of filters that have few."""

Word = TypeVar("Word", bound=StrEnum)


def asked_of(request: Request, names: Collection[str] = ()) -> Mapping[str, str]:
    """What an address asks a page: these names and what every page takes.

    Raises :class:`ParameterNotKnown` for any other and :class:`ParameterRepeated`, as programs are told: a
    filter that is ignored silently shows more than was asked for.
    """
    asked: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in asked:
            raise ParameterRepeated(name=name)
        if name not in EVERYWHERE and name not in names:
            raise ParameterNotKnown(name=name)
        asked[name] = value
    return asked


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asks a list to show. None asks for everything.

    ``within`` are calendar days in which service will be lost; ``purchase`` keeps unserved or bridged needs
    with a live tender; ``integrated`` keeps schools whose cameras the control centre sees; ``proven`` keeps
    what is proven to have service, ``required`` what needs any.
    ``later`` looks further ahead than a list of deadlines does by itself. ``mine`` keeps the cases of the
    reader, which :mod:`tracker.web.queueing` tells. ``ends_by`` keeps needs whose last day of cover is that
    day or earlier. ``supplier`` is a BIN or words of a name, ``holder`` the number of who has the school in
    hand, :data:`ME` or :data:`NOBODY`; ``sort`` filters nothing.
    """

    region: str | None = None
    district: str | None = None
    service: Service | None = None
    state: State | None = None
    flag: FlagKind | None = None
    within: int | None = None
    purchase: bool = False
    integrated: bool = False
    proven: bool = False
    required: bool = False
    later: bool = False
    mine: bool = False
    ends_by: date | None = None
    supplier: str | None = None
    holder: str | None = None
    sort: Sort = HARM
    q: str | None = None
    page: int = 1
    size: int = SIZES[0]

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Filters:
        """Filters of an address; raises :class:`FilterNotKnown` for a value that does not exist.

        Raises :class:`DayNotReadable` for a day that is none.
        """
        return cls(
            region=_one_of(asked, "region", REGION_CODES),
            district=asked.get("district", "").strip() or None,
            service=_word(asked, "service", Service),
            state=_word(asked, "state", State),
            flag=_word(asked, "flag", FlagKind),
            within=_number(asked, "within", HORIZONS),
            purchase=_one_of(asked, "purchase", {ON}) is not None,
            integrated=_one_of(asked, "integrated", {ON}) is not None,
            proven=_one_of(asked, "proven", {ON}) is not None,
            required=_one_of(asked, "required", {ON}) is not None,
            later=_one_of(asked, "later", {ON}) is not None,
            mine=_one_of(asked, "mine", {ON}) is not None,
            ends_by=read_day(asked["ends_by"]) if asked.get("ends_by", "").strip() else None,
            supplier=asked.get("supplier", "").strip() or None,
            holder=_holder(asked),
            sort=Sort(_one_of(asked, "sort", SORTS) or HARM.text),
            q=asked.get("q", "").strip() or None,
            page=_number(asked, "page") or 1,
            size=_number(asked, "size", SIZES) or SIZES[0],
        )

    def at_home(self, person: Person) -> Filters:
        """The same, in the one region that is all somebody sees where she asked for none."""
        return self if self.region else replace(self, region=person.whole_region)

    @property
    def named(self) -> dict[str, object]:
        """The filters as address fields, without the page."""
        return {
            "region": self.region,
            "district": self.district,
            "service": self.service,
            "state": self.state,
            "flag": self.flag,
            "within": self.within,
            "purchase": ON if self.purchase else None,
            "integrated": ON if self.integrated else None,
            "proven": ON if self.proven else None,
            "required": ON if self.required else None,
            "later": ON if self.later else None,
            "mine": ON if self.mine else None,
            "ends_by": self.ends_by.isoformat() if self.ends_by else None,
            "supplier": self.supplier,
            "holder": self.holder,
            "sort": self.sort.named,
            "q": self.q,
            "size": self.size if self.size != SIZES[0] else None,
        }

    @property
    def told(self) -> dict[str, object]:
        """The same for the journal: without what was typed as a name, which may be a person's."""
        named = {name: value for name, value in self.named.items() if value is not None}
        return {name: value for name, value in named.items() if name not in SEARCHED}

    @property
    def is_searched(self) -> bool:
        """Whether a name was typed."""
        return any(self.named[name] for name in SEARCHED)

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all; an order and the length of a page filter nothing."""
        return any(value for name, value in self.named.items() if name not in ("sort", "size"))

    def keep(self, needs: Iterable[NeedView], *, found: Collection[str] | None) -> tuple[NeedView, ...]:
        """The needs that pass; ``found`` are the schools that a search found, None without a search."""
        return tuple(need for need in needs if self._passes(need) and (found is None or _id(need) in found))

    def keep_unjudged(
        self, aside: Iterable[Unjudged], *, found: Collection[str] | None
    ) -> tuple[Unjudged, ...]:
        """Those of the needs without a judgement that lie where is asked for.

        Nobody knows how they stand, so no filter of states, flags or days drops them (FLT-26).
        """
        return tuple(
            need
            for need in aside
            if self._lies(need.school)
            and (self.service is None or need.service is self.service)
            and (found is None or need.school.school_id in found)
        )

    def keep_schools(
        self, needs: Iterable[NeedView], *, found: Collection[str] | None
    ) -> tuple[SchoolStanding, ...]:
        """The schools that pass, each in the state of its worst need; the other filters ask for one need."""
        place = Filters(region=self.region, district=self.district, service=self.service)
        schools = by_school(place.keep(needs, found=found))
        asked = replace(self, state=None, proven=False, required=False)
        return tuple(
            school
            for school in schools
            if self._suits(school.state) and any(map(asked._passes, school.needs))
        )

    def _suits(self, state: State) -> bool:
        if self.required and state is State.NOT_REQUIRED:
            return False
        return (self.state is None or state is self.state) and (not self.proven or state in PROVEN)

    def _lies(self, school: SchoolRow) -> bool:
        return (self.region is None or (school.region or NOT_STATED) == self.region) and (
            self.district is None or (school.district or NOT_STATED) == self.district
        )

    def _passes(self, need: NeedView) -> bool:
        school, assessment = need.school, need.assessment
        return (
            self._lies(school)
            and (self.service is None or assessment.service is self.service)
            and self._suits(assessment.state)
            and (self.flag is None or self.flag in assessment.kinds)
            and (self.within is None or is_lost_within(assessment, self.within))
            and (self.ends_by is None or _ends_by(assessment, self.ends_by))
            and (not self.purchase or is_in_purchase(assessment))
            and (not self.integrated or is_integrated(need))
        )


def is_lost_within(found: Assessment, days: int) -> bool:
    """Whether a served need loses service within ``days`` calendar days."""
    lost = found.loses_on
    return lost is not None and (lost - found.on).days <= days


def _ends_by(found: Assessment, day: date) -> bool:
    return found.covered_until is not None and found.covered_until <= day


def is_in_purchase(found: Assessment) -> bool:
    """Whether a need without a regular contract has a tender under way."""
    unserved = found.state in (State.UNCOVERED, State.INTERIM)
    return unserved and found.tender is not None and found.tender.status in LIVE


def is_integrated(need: NeedView) -> bool:
    """Whether the school's cameras were integrated with the control centre by the day (rules §2)."""
    since = need.school.integrated_on
    return since is not None and since <= need.assessment.on


def not_known(name: str, value: object, allowed: Iterable[str] = ()) -> FilterNotKnown:
    """The refusal of a value that does not exist, with those that do where they are few."""
    few = tuple(allowed) or ALLOWED.get(name)
    return FilterNotKnown(name=name, value=value, **({"allowed": few} if few else {}))


def _id(need: NeedView) -> str:
    return need.school.school_id


def _one_of(asked: Mapping[str, str], name: str, allowed: Collection[str]) -> str | None:
    value = asked.get(name, "").strip()
    if value and value not in allowed:
        raise not_known(name, value)
    return value or None


def _holder(asked: Mapping[str, str]) -> str | None:
    value = asked.get("holder", "").strip()
    if value in (ME, NOBODY):
        return value
    number = _number(asked, "holder")
    return None if number is None else str(number)


def _word(asked: Mapping[str, str], name: str, words: type[Word]) -> Word | None:
    value = _one_of(asked, name, tuple(words))
    return words(value) if value else None


def _number(asked: Mapping[str, str], name: str, allowed: Collection[int] = ()) -> int | None:
    value = asked.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 9 and int(value) > 0):
        raise not_known(name, value)
    if allowed and int(value) not in allowed:
        raise not_known(name, value)
    return int(value)
