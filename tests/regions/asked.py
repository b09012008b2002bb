"""What RGN-2 asks of a head: every address of the routes, so that a new page is asked by itself."""

from __future__ import annotations

from tests.regions.country import BIN_B, CONTRACT_A, SCHOOL_A, SCHOOL_B, TENDER_A, A, B
from tests.regions.test_matrix import ROUTES
from tracker.domain.reports import ReportKind
from tracker.domain.roles import Action, Role, may
from tracker.domain.vocabulary import FlagKind, Service, State
from tracker.web.filters import HORIZONS, NOT_STATED, SIZES
from tracker.web.orders import SORTS

FILTERED = (
    "/", "/queue", "/deadlines", "/schools",
    "/api/v1/needs", "/api/v1/suggestions", "/api/v1/flags", "/api/v1/deadlines",
)  # fmt: skip
OWN = {
    "{school_id:path}": SCHOOL_A, "/contracts/{number:path}": f"/contracts/{CONTRACT_A}",
    "/tenders/{number:path}": f"/tenders/{TENDER_A}", "/decisions/{number}": "/decisions/1",
    "/corrections": f"/corrections?kind=schools&school_id={SCHOOL_A}",
    "/reminders/leads": f"/reminders/leads?contract={CONTRACT_A}",
}  # fmt: skip
WAITING = ("/imports/{token}",)
"""What stands behind a secret that is another in every round."""


def of_her_own(route: str) -> str:
    """The address of a route with what is of A in its places; a place that nobody has told raises."""
    for place, own in OWN.items():
        route = route.replace(place, own)
    if "{" in route:
        raise LookupError(f"{route}: tell RGN-2 what stands here")
    return route


def for_head(method: str, *actions: Action) -> tuple[str, ...]:
    """The addresses that a head may ask, of the routes themselves: a new page is among them."""
    rules = [(path, action) for path, how, action in ROUTES if how == method and path not in WAITING]
    hers = {path for path, action in rules if action and may(Role.HEAD, action)}
    return tuple(sorted(of_her_own(path) for path, action in rules if path in hers and action in actions))


LISTS = for_head("GET", *Action)
UNPROVEN = "/account/second-factor"
"""The one of them that asks for a password first."""

EXPORTS = for_head("POST", Action.EXPORT)
ANYWHERE = (
    "",
    "on=2027-06-01",
    "known=2027-01-14T12:00:00Z",
    "page=2",
    "expand=school",
    "fields=contract__school__name",
)
WORKER_OF_B = 4
"""The number of the first person of B, where three are known before her: without B it is nobody's."""

QUESTIONS = (
    *ANYWHERE,
    "q=CANARY",
    f"q={SCHOOL_B}",
    "q=мектебі",
    "sort=contract__school__region",
    "contract__school__region=71",
    "school_id__startswith=99",
    "district=CANARY-district",
    *(f"region={code}" for code in (A, B, NOT_STATED, "10")),
    *(f"state={state}" for state in State),
    *(f"flag={kind}" for kind in FlagKind),
    *(f"service={one}" for one in Service),
    f"within={HORIZONS[0]}",
    f"size={SIZES[1]}",
    "purchase=1",
    "integrated=1",
    "supplier=CANARY-supplier",
    f"supplier={BIN_B}",
    f"holder={WORKER_OF_B}",
    *(f"sort={sort}" for sort in (SORTS[1], SORTS[-1])),
)
ELSEWHERE = (*ANYWHERE, "region=" + B, f"school_id={SCHOOL_B}", "q=CANARY", "district=CANARY-district")
"""What is asked of pages that are no lists."""

TAKEN: dict[str, tuple[dict[str, str], ...]] = {
    "/reports/print": tuple({"kind": kind, "format": "csv"} for kind in ReportKind),
    "/reports/again": ({"number": "1"}, {"number": "2"}),
    "/exports/documents": ({"numbers": "1"}, {"numbers": "1 2"}),
    "/decisions/1/documents": ({"format": "zip"},),
    "/decisions/1/enclosures": ({"enclosure": "1"}, {"enclosure": "2"}),
}
"""What is sent for files that need more than a format."""
