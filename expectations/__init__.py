"""The gate: what must hold before anything leaves. Suites as data, run by Great Expectations."""
