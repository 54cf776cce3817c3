"""Slopes and their intervals by scipy.stats.theilslopes, for `stats::trend`: of series whose neighbouring values do not
hang together, where both have the same interval.

    python tests/reference/make_trend.py > tests/reference/trend.json
"""

import json
import random

import scipy
from scipy.stats import theilslopes

rng = random.Random(11)
out = []
for n in (8, 20, 57, 120):
    for slope in (-0.3, 0.0, 0.02):
        # Residuals that swing from one point to the next: their correlation is below 0, which widens nothing.
        points = [[float(x), round(slope * x + (1 if x % 2 else -1) * rng.uniform(0.2, 1.0), 6)] for x in range(n)]
        found = theilslopes([y for _, y in points], [x for x, _ in points], 0.95)
        out.append({"points": points, "slope": found.slope, "low": found.low_slope, "high": found.high_slope})
print(json.dumps({"scipy": scipy.__version__, "series": out}, separators=(",", ":")))
