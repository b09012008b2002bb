"""``python -m supply bill`` prints the bill of materials, ``python -m supply check`` asks for known faults.

The service is named by ``ADVISORIES_URL``; it speaks the OSV protocol. Exit status: 0 nothing grave is known,
1 something grave is, 3 nothing could be asked, which is not the same as nothing known.
"""

from __future__ import annotations

import json
import os
import sys

from supply.advisories import FIX_DAYS, NotAsked, known_faults
from supply.bill import bill, parts
from tracker import __version__

GRAVE, NOT_ASKED = 1, 3


def main(words: list[str]) -> int:
    """Do what the word says."""
    if words == ["bill"]:
        sys.stdout.write(json.dumps(bill(version=__version__), indent=2, sort_keys=True) + "\n")
        return 0
    if words == ["check"]:
        return _check(os.environ.get("ADVISORIES_URL", ""))
    sys.stderr.write(f"{__doc__}")
    return 2


def _check(address: str) -> int:
    asked = parts()
    if not address:
        sys.stdout.write("NOT CHECKED: name a service that speaks the OSV protocol in ADVISORIES_URL\n")
        return NOT_ASKED
    try:
        faults = known_faults(asked, address)
    except NotAsked as error:
        sys.stdout.write(f"NOT CHECKED: the service does not answer ({error})\n")
        return NOT_ASKED
    times = ", ".join(f"{severity.lower()} {days} days" for severity, days in FIX_DAYS.items())
    sys.stdout.write(f"{len(asked)} parts asked about, {len(faults)} known faults. Mended within: {times}\n")
    for fault in faults:
        sys.stdout.write(
            f"{fault.severity} {fault.id} in {fault.part.name} {fault.part.version}, "
            f"published {fault.published or 'unknown'}: mend within {fault.days} days\n"
        )
    return GRAVE if any(fault.is_grave for fault in faults) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
