"""The grounds of an interim contract as the law has them (law §2.2), written down a second time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """A route of one law: its clause and what it asks, and what of a customer created in the same year."""

    route: str
    clause: str
    asks: tuple[str, ...]
    asks_new_customer: tuple[str, ...] | None = None


LAW_434 = (
    Ground(
        "interim.single_source",
        "law-434-v/39.3",
        ("purchase_under_way", "security_service", "volume_limit"),
    ),
    Ground(
        "interim.extension",
        "law-434-v/43.18",
        ("contract_in_force", "supplier_consent", "competitive_method", "same_terms", "plan_point"),
    ),
    Ground("interim.small_value", "law-434-v/39.3", ("annual_limit", "no_splitting", "plan_point")),
    Ground(
        "after_failure.single_source",
        "law-434-v/failed",
        ("repeat_failed", "no_bids", "decided_in_time"),
    ),
)
LAW_106 = (
    Ground(
        "interim.extension",
        "law-106-viii/18.2.12",
        (
            "contract_in_force",
            "supplier_consent",
            "daily_need_list",
            "competitive_method",
            "volume_limit",
            "same_terms",
            "plan_point",
            "minimum_term",
        ),
    ),
    Ground(
        "interim.single_source",
        "law-106-viii/16.3.35",
        (
            "daily_need_list",
            "supplier_refused",
            "first_month",
            "volume_limit",
            "three_offers",
            "head_decision",
            "plan_point",
            "minimum_term",
        ),
        asks_new_customer=(
            "daily_need_list",
            "volume_limit",
            "three_offers",
            "head_decision",
            "plan_point",
            "minimum_term",
            "customer_created",
        ),
    ),
    Ground(
        "interim.small_value",
        "law-106-viii/16.3.28",
        ("annual_limit", "method_not_fixed", "no_splitting", "plan_point", "minimum_term"),
    ),
    Ground(
        "after_failure.single_source",
        "law-106-viii/15.4",
        ("repeat_failed", "no_bids", "decided_in_time"),
    ),
)
FOR_PEOPLE = (
    "security_service",
    "same_terms",
    "supplier_consent",
    "volume_limit",
    "three_offers",
    "head_decision",
    "plan_point",
    "method_not_fixed",
    "no_splitting",
    "no_bids",
)
"""What nothing in the register can tell."""
