"""What the operator decides: by the environment, checked before anything is done."""

import pytest
from pydantic import ValidationError

from policylab.settings import Settings


def test_a_setting_is_its_variable_unless_it_is_given_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (Settings().port, Settings().demo_mode) == (8800, False)
    monkeypatch.setenv("POLICYLAB_PORT", "8123")
    monkeypatch.setenv("policylab_demo_mode", "true")
    monkeypatch.setenv("POLICYLAB_SECRET_KEY", "kept")
    monkeypatch.setenv("POLICYLAB_OF_ANOTHER_RELEASE", "1")
    assert (Settings().port, Settings().demo_mode) == (8123, True)
    assert Settings().base_url == "http://localhost:8123"
    assert Settings(port=9000).base_url == "http://localhost:9000"
    assert "kept" not in repr(Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [("POLICYLAB_PORT", "many"), ("POLICYLAB_BASE_URL", "lab.example"), ("POLICYLAB_WORK", "2")],
)
def test_a_variable_that_makes_no_sense_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert refused.value.errors()[0]["loc"] == (name.removeprefix("POLICYLAB_").lower(),)
