"""Speed, measured in ratios: the tracker beside a plain loop of entities and beside hand-written SQL."""
