"""Several processes on this machine that train together, started and watched by torchrun."""

import sys
import uuid
from pathlib import Path


def run_ranks(folder: Path, ranks: int) -> bool:
    """Run `python -m reranker_ui.jobs.rank FOLDER` as `ranks` processes, until all have ended.

    When one dies, the others are ended. What they did is in the folder, see
    `core.training.parallel.task`; returns False where one was killed by a signal, which the others
    report as a lost connection. They end with this process, however it ends.
    """
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    logs = folder / "ranks" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=ranks,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="127.0.0.1:0",
        local_addr="127.0.0.1",
        max_restarts=0,
        logs_specs=DefaultLogsSpecs(log_dir=str(logs)),
        signals_to_handle="SIGINT",  # SIGTERM asks the worker to stop and save
    )
    arguments = ("-P", "-m", "reranker_ui.jobs.rank", str(folder))
    try:
        elastic_launch(config, sys.executable)(*arguments)
    except ChildFailedError as error:
        print(error, file=sys.stderr)
        return all(failure.exitcode >= 0 for failure in error.failures.values())
    return True
