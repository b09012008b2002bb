"""The queue by the last day of cover, in its address, in the way to the next case and in a saved view."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.register import INTERIM


def test_the_queue_shows_what_ends_by_a_day_and_keeps_the_day_in_its_links_and_views(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled)
    client.post("/queue/views", data={"name": "Soon", "query": "ends_by=2027-01-31"})
    found = client.get("/queue?ends_by=31.01.2027").text
    earlier = client.get("/queue?ends_by=2027-01-30").text
    assert f'/schools/{INTERIM}?from=queue&amp;ends_by=2027-01-31"' in found
    assert f"/schools/{INTERIM}" not in earlier
    assert 'href="/queue?ends_by=2027-01-31"' in earlier  # the view
    assert client.get("/queue?ends_by=soon").status_code == 400
