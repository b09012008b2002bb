"""Who watches each school's channel: contracts, tenders, gaps and interim answers."""

__version__ = "0.1.0"
