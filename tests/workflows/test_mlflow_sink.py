"""The address of a tracking server; what is sent is tested against a real one."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from sgus.core.errors import ConfigError
from sgus.workflows import mlflow_sink
from sgus.workflows.mlflow_sink import MlflowSink
from sgus.workflows.tracking import SinkError


@pytest.mark.parametrize("uri", ["mlruns", "file:/tmp/x", "sqlite:///x.db", "databricks", "http:"])
def test_only_the_address_of_a_server_is_taken(uri: str) -> None:
    with pytest.raises(ConfigError, match="not the address of an MLflow tracking server"):
        MlflowSink(uri).check()


@pytest.mark.parametrize(
    "uri", ["https://me:secret@host", "https://secret@host", "https://host/?token=secret"]
)
def test_a_password_in_the_command_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(ConfigError, match="must not stand in a command") as found:
        MlflowSink(uri).check()
    assert "secret" not in str(found.value)
    assert "MLFLOW_TRACKING_PASSWORD" in str(found.value)


def test_without_the_package_one_sentence_says_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str) -> None:
        return None

    monkeypatch.setattr(mlflow_sink, "find_spec", nothing)
    with pytest.raises(ConfigError, match=r"pip install -r requirements-track\.txt") as found:
        MlflowSink("http://127.0.0.1:5000/").check()
    assert str(found.value).startswith("--track http://127.0.0.1:5000: mlflow-skinny is not")


def test_with_it_nothing_is_imported_or_asked_before_the_run_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(sys.modules)
    monkeypatch.setattr(mlflow_sink, "find_spec", lambda name: object())
    MlflowSink("http://127.0.0.1:9").check()
    assert "mlflow" not in set(sys.modules) - before


def test_what_a_library_says_in_many_words_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    sink, failure = MlflowSink("http://host"), [Exception()]

    class Client:
        def get_metric_history(self, run: str, key: str) -> None:
            raise failure[0]

    sink._client, sink._id = Client(), "id"
    for said, expected in {
        "Max retries exceeded with url: /api?a=b (Read timed out.)": "no answer within 5 s",
        "Max retries exceeded with url: /api?a=b (refused)": "it cannot be reached",
        "error code 401\n at https://me:secret@host/": "Exception: error code 401 at https://host/",
    }.items():
        failure[0] = Exception(said)
        with pytest.raises(SinkError) as found:
            sink.reached("a")
        assert str(found.value) == expected


def test_the_library_is_imported_where_it_is_used_and_nowhere_else() -> None:
    """That it is one module only is a rule of tests/test_layers.py."""
    tree = ast.parse(inspect.getsource(mlflow_sink))
    kinds = (ast.Import, ast.ImportFrom)
    every = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, kinds)]
    at_once = [ast.unparse(node) for node in tree.body if isinstance(node, kinds)]
    assert [line for line in every if "mlflow" in line]
    assert not [line for line in at_once if "mlflow" in line]
