"""Runs on several processes of a Ray cluster: how they start and what they reserve, without Ray."""

import sys
from types import SimpleNamespace

import pytest

from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.execution.stops import Waited, obey_cancel, obey_while_waiting
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import Cancelled, RunFolder
from reranker_ui.executors import ray_cluster
from reranker_ui.executors.launch import launch_of
from reranker_ui.executors.ray_jobs import RayExecutor
from reranker_ui.executors.ray_ranks import run_on_ray
from reranker_ui.executors.torchrun import run_ranks
from tests.support.fake_ray import FakeRay


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "00007")
    folder.path.mkdir()
    return folder


@pytest.mark.parametrize(
    ("placed", "launch"),
    [
        (Placement(processes=2), run_ranks),
        (Placement("slurm", gpus=4), run_ranks),
        (Placement("ray", gpus=1), run_ranks),
        (Placement("ray", gpus=4), run_on_ray),
        (Placement("ray", processes=2), run_on_ray),
    ],
)
def test_where_the_processes_of_a_run_start(placed, launch):
    assert launch_of(placed) is launch


def test_the_worker_and_its_processes_share_processors_and_gpus():
    one, four = Placement("ray", gpus=1), Placement("ray", gpus=4)
    alone = ray_cluster.resources_of_job(one)
    assert alone == {"entrypoint_num_cpus": 1, "entrypoint_num_gpus": 1}
    worker, process = ray_cluster.resources_of_job(four), ray_cluster.place_of(four)
    assert 0 < worker["entrypoint_num_gpus"] < 1 / 2 < process["GPU"]
    assert 10 * worker["entrypoint_num_gpus"] + process["GPU"] <= 1
    assert four.gpus_of_worker == 1 and Placement("slurm", gpus=4).gpus_of_worker == 4
    processes = Placement("ray", processes=2)
    assert ray_cluster.resources_of_job(processes)["entrypoint_num_gpus"] == 0
    assert set(ray_cluster.place_of(processes)) == {"CPU"}


def test_several_processes_without_the_package_are_refused(folder, monkeypatch):
    monkeypatch.setattr(ray_cluster, "find_spec", lambda _: None)
    api = FakeRay()
    executor = RayExecutor({}, "http://head:8265", transport=api.transport())
    Placement("ray", processes=2).save(folder.path)
    with pytest.raises(Refused, match=r"pip install 'ray\[train,data\]'"):
        executor.submit(folder)
    assert not api.jobs
    Placement("ray").save(folder.path)
    assert executor.submit(folder) in api.jobs
    monkeypatch.setattr(ray_cluster, "find_spec", lambda _: "found")
    Placement("ray", processes=2).save(folder.path)
    assert executor.submit(folder) in api.jobs


class Cluster(SimpleNamespace):
    """A stand-in for the module ray: each node sees the folders in `sees`, or raises `error`."""

    def __init__(self, **nodes):
        super().__init__(sees=nodes, error=None, taken=[])

    def nodes(self):
        found = {"Alive": True, "Resources": {"CPU": 2.0}}
        named = [found | {"NodeID": name, "NodeManagerHostname": name} for name in self.sees]
        return [*named, {"Alive": True, "Resources": {}, "NodeID": "head"}]

    def remote(self, scheduling_strategy, **_):
        return lambda _: SimpleNamespace(remote=lambda _: self.sees[scheduling_strategy])

    def get(self, answers, timeout):
        if self.error:
            raise self.error
        return answers


@pytest.fixture
def cluster(monkeypatch):
    class RayError(Exception):
        pass

    found = Cluster(one=True, two=True)
    found.exceptions = SimpleNamespace(RayError=RayError)
    strategies = SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node, soft: node)
    monkeypatch.setitem(sys.modules, "ray", found)
    monkeypatch.setitem(sys.modules, "ray.exceptions", found.exceptions)
    monkeypatch.setitem(sys.modules, "ray.util", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "ray.util.scheduling_strategies", strategies)
    return found


def test_a_node_that_does_not_see_the_run_is_named(cluster, folder):
    files = TaskFolder(folder.path).path
    ray_cluster.check_nodes(files, {"CPU": 0.9})
    cluster.sees["two"] = False
    with pytest.raises(Refused, match=r"^two of the Ray cluster does not see .*: put the home on"):
        ray_cluster.check_nodes(files, {"CPU": 0.9})
    ray_cluster.check_nodes(files, {"CPU": 0.9, "GPU": 0.9})  # no node has a GPU
    cluster.error = cluster.exceptions.RayError("Traceback\nNo module named 'reranker_ui'\n")
    with pytest.raises(Refused, match=r"with this program: No module named 'reranker_ui'\. Put"):
        ray_cluster.check_nodes(files, {"CPU": 0.9})


class Group:
    """A reservation of places that are free after so many questions."""

    def __init__(self, questions):
        self.left, self.removed = questions, False

    def wait(self, _seconds):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize(
    ("questions", "stop", "obey", "raised"),
    [
        (0, None, obey_while_waiting, None),
        (5, None, obey_while_waiting, None),
        (5, "keep", obey_while_waiting, Waited),
        (5, "cancel", obey_while_waiting, Cancelled),
        (5, "keep", obey_cancel, None),
        (5, "cancel", obey_cancel, Cancelled),
    ],
)
def test_a_run_that_waits_for_places_can_be_stopped(
    cluster, monkeypatch, folder, questions, stop, obey, raised
):
    asked, group = [], Group(questions)

    def remove(found):
        found.removed = True

    util = sys.modules["ray.util"]
    util.placement_group = lambda bundles, strategy: asked.append((bundles, strategy)) or group
    util.remove_placement_group = remove
    if stop:
        folder.request_stop(stop)
    if raised:
        with pytest.raises(raised):
            ray_cluster.wait_for_places(folder, {"CPU": 0.9}, 2, obey)
    else:
        ray_cluster.wait_for_places(folder, {"CPU": 0.9}, 2, obey)
    assert asked == [([{"CPU": 0.9}] * 2, "PACK")] and group.removed
    said = [event["message"] for event in folder.events()[0]]
    assert said == (["Waiting until 2 processors of the cluster are free."] if questions else [])
