"""The models' own unit tests, which need the tables to be there."""

from __future__ import annotations

import pytest

from tests.dbt.conftest import Builder


@pytest.mark.timeout(300)
def test_the_models_pass_their_unit_tests(builder: Builder) -> None:
    builder.build()
    assert builder.unit_test() >= 20
