"""The one module that speaks to MLflow: a run's facts, epochs and figures on a tracking server."""

from __future__ import annotations

import functools
import os
import re
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from sgus.core.errors import ConfigError
from sgus.workflows.tracking import SinkError
from sgus.workflows.tracking_names import figures, name_of, parameters, sent_facts

TIMEOUT_S: Final = 5
"""How long one request may wait for an answer."""
_QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": str(TIMEOUT_S),
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # the caller tries again, and says so
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""What the library is told before it is imported, unless the environment says something else."""
_ALWAYS: Final = "MLFLOW_DISABLE_TELEMETRY"
"""Its makers hear nothing of a run, whatever the environment says."""
_KEY: Final = "sgus.key"
_REPORT: Final = "sgus.report_sha256"
_FACTS: Final = "sgus.facts"
_STATES: Final = {"running": "RUNNING", "done": "FINISHED", "failed": "FAILED"}
_METRICS, _PARAMS, _TAGS = 900, 90, 90  # at most in one request; MLflow takes 1000, 100, 100
_VALUE: Final = 500  # characters of a parameter or tag that every server takes

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _without_user(text: str) -> str:
    return re.sub(r"//[^/\s]*@", "//", text)


def _said_better(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """Whatever a server or the library does wrong is one kind of error, in one line."""

    @functools.wraps(call)
    def calling(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except Exception as error:
            raise SinkError(_plainly(error)) from error

    return calling


def _plainly(error: Exception) -> str:
    """One sentence of what libraries say in several."""
    text = _without_user(" ".join(str(error).split()))
    if "timed out" in text:
        return f"no answer within {os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT']} s"
    if "Max retries exceeded" in text or "Connection aborted" in text:
        return "it cannot be reached"
    return f"{type(error).__name__}: {text[:200]}"


class MlflowSink:
    """A run on an MLflow tracking server; see `Sink`. Nothing is imported or asked before `open`.

    Args:
        uri: Address of the server, `http://HOST:PORT`.

    Attributes:
        name: The address, as people and `tracking.json` know it.
    """

    def __init__(self, uri: str) -> None:
        self.name = uri.rstrip("/")

    def check(self) -> None:
        """Refuse, before anything begins, what can never work.

        Raises:
            ConfigError: It is not the address of a server, holds a password, or mlflow-skinny is
                not installed.
        """
        item, found = f"--track {_without_user(self.name).split('?')[0]}", urlsplit(self.name)
        if found.scheme not in ("http", "https") or not found.hostname:
            cause = "this is not the address of an MLflow tracking server"
            step = "Give http://HOST:PORT; docs/tracking.md says how to start one on this machine"
            raise ConfigError(item, cause, step)
        if found.username or found.password or found.query:
            cause = "a user name, password or key must not stand in a command"
            step = "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead"
            raise ConfigError(item, cause, step)
        if find_spec("mlflow") is None:
            step = "Install it with `pip install -r requirements-track.txt`, or leave --track out"
            raise ConfigError(item, "mlflow-skinny is not installed", step)

    @_said_better
    def open(self, key: str, *, name: str, facts: dict[str, Any]) -> str:
        """Find the run of this key, or make it; say that it is at work.

        Args:
            key: Names the run for good, so that a request whose answer was lost makes no second.
            name: What people read.
            facts: Content of `run.json`.

        Returns:
            MLflow's id of the run.

        Raises:
            SinkError: The server is down, slow or wrong.
        """
        os.environ.update({n: v for n, v in _QUIET.items() if n == _ALWAYS or n not in os.environ})
        from mlflow.tracking import MlflowClient

        self._client = MlflowClient(tracking_uri=self.name)
        experiment = self._experiment(f"sgus {facts['cohort']['name']}")
        found = self._client.search_runs([experiment], f"tags.`{_KEY}` = '{key}'", max_results=1)
        tags = {_KEY: key, "mlflow.source.name": "python -m sgus train"}
        run = found[0] if found else self._client.create_run(experiment, tags=tags, run_name=name)
        self._id = str(run.info.run_id)
        self._tags = dict(run.data.tags)
        if run.info.status != "RUNNING":
            self._client.update_run(self._id, status="RUNNING")
        if _FACTS not in self._tags:
            self._facts(facts)
        return self._id

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        return str(found.experiment_id if found else self._client.create_experiment(name))

    def _facts(self, facts: dict[str, Any]) -> None:
        from mlflow.entities import Param, RunTag

        params = [Param(k, str(v)[:_VALUE]) for k, v in parameters(facts).items()]
        for some in _chunks(params, _PARAMS):
            self._client.log_batch(self._id, params=some)
        self._client.log_dict(self._id, sent_facts(facts), "run.json")
        tags = {_FACTS: str(facts["fingerprint"])}
        if facts["synthetic"]:
            tags["data"] = "SYNTHETIC PHANTOM"
        self._client.log_batch(self._id, tags=[RunTag(k, v) for k, v in tags.items()])

    @_said_better
    def reached(self, fold: str) -> int:
        """The last epoch of a fold that the server has; 0 of none.

        Raises:
            SinkError: The server is down, slow or wrong.
        """
        history = self._client.get_metric_history(self._id, name_of(f"fold {fold}", "train_loss"))
        return max((int(point.step) for point in history), default=0)

    @_said_better
    def epochs(self, records: list[dict[str, Any]]) -> None:
        """Add the records of `metrics.jsonl`, whole epochs in one request each.

        Raises:
            SinkError: The server is down, slow or wrong.
        """
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        for some in _chunks(records, _METRICS // 20):
            points = [
                Metric(
                    name_of(f"fold {record['fold']}", key), float(value), now, int(record["epoch"])
                )
                for record in some
                for key, value in record.items()
                if key not in ("fold", "epoch") and isinstance(value, int | float)
            ]
            self._client.log_batch(self._id, metrics=points)

    @_said_better
    def report(self, report: dict[str, Any], *, sha256: str) -> None:
        """Send the figures of `report.json`, and the file; once.

        Raises:
            SinkError: The server is down, slow or wrong.
        """
        from mlflow.entities import Metric, RunTag

        if self._tags.get(_REPORT) == sha256:
            return
        now = int(time.time() * 1000)
        values, reasons = figures(report)
        for some in _chunks(list(values.items()), _METRICS):
            points = [Metric(key, value, now, 0) for key, value in some]
            self._client.log_batch(self._id, metrics=points)
        for tags in _chunks(list(reasons.items()), _TAGS):
            self._client.log_batch(self._id, tags=[RunTag(k, v[:_VALUE]) for k, v in tags])
        self._client.log_dict(self._id, report, "report.json")
        self._client.set_tag(self._id, _REPORT, sha256)
        self._tags[_REPORT] = sha256

    @_said_better
    def close(self, state: str) -> None:
        """Say how the run ended, but not why: reasons can name images.

        Args:
            state: Of `status.json`; one that MLflow does not know is `KILLED` there.

        Raises:
            SinkError: The server is down, slow or wrong.
        """
        self._client.set_tag(self._id, "sgus.state", state)
        self._client.set_terminated(self._id, status=_STATES.get(state, "KILLED"))


_T = TypeVar("_T")


def _chunks(values: list[_T], size: int) -> Iterable[list[_T]]:
    return (values[at : at + size] for at in range(0, len(values), size))
