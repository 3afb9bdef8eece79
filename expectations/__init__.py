"""The gate: what must hold before anything leaves. Suites as data, run by Great Expectations."""

import logging
import os

# Before Great Expectations is imported: it reads the first, and says hundreds of lines unless the second.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
logging.getLogger("great_expectations").setLevel(logging.WARNING)
