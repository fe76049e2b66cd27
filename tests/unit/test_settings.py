"""Wrong settings: a sentence that names the setting, its value and what is accepted."""

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.engine import open_engine
from reranker_ui.settings import Settings

LIST = "must be a JSON list of texts, such as"
WRONG = {
    ("RERANKER_UI_RUN_GPUS", "two"): "RERANKER_UI_RUN_GPUS is 'two', and must be a whole number.",
    ("RERANKER_UI_RUN_GPUS", "-1"): "RERANKER_UI_RUN_GPUS is '-1', and must be at least 0.",
    ("RERANKER_UI_SLURM_LINES", "#SBATCH --x"): f"LINES is '#SBATCH --x', and {LIST}",
    ("RERANKER_UI_SLURM_LINES", '{"a": 1}'): LIST,
    ("RERANKER_UI_DEMO_QUERIES", "[1]"): f"DEMO_QUERIES is '1', and {LIST}",
    ("RERANKER_UI_PRECISION", "fp8"): "is 'fp8', and must be 'auto', 'fp32' or 'bf16'.",
    ("RERANKER_UI_DEMO", "perhaps"): "is 'perhaps', and must be true or false.",
    ("RERANKER_UI_RATE_LIMIT", "much"): "is 'much', and must be a number.",
    ("RERANKER_UI_TRUSTED_PROXIES", "proxy"): "must be addresses or networks, such as 10.0.0.0/8",
    ("GRADIO_SERVER_PORT", "web"): "GRADIO_SERVER_PORT is 'web', and must be a whole number.",
    ("RERANKER_UI_SERVER_PORT", "70000"): "and must be at most 65535.",
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_refused(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        Settings()
    assert name in str(refused.value) and WRONG[name, value] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_several_wrong_settings_are_named(monkeypatch):
    monkeypatch.setenv("RERANKER_UI_RUN_GPUS", "two")
    monkeypatch.setenv("RERANKER_UI_THREADS", "many")
    with pytest.raises(Refused, match=r"THREADS is 'many'.* RERANKER_UI_RUN_GPUS is 'two'"):
        Settings()


def test_an_empty_variable_counts_as_missing(monkeypatch):
    for name in ("THREADS", "DATABASE_URL", "SLURM_LINES", "SERVER_PORT", "RUN_GPUS"):
        monkeypatch.setenv(f"RERANKER_UI_{name}", "")
    found = Settings()
    assert found.threads is found.database_url is found.server_port is None
    assert (found.slurm_lines, found.run_gpus) == ([], 0)


def test_a_list_is_read_as_json(monkeypatch):
    monkeypatch.setenv("RERANKER_UI_SLURM_LINES", '["#SBATCH --account=lab", "module load cuda"]')
    assert Settings().slurm_lines == ["#SBATCH --account=lab", "module load cuda"]


@pytest.mark.parametrize("kind", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_has_one_driver(kind):
    url = open_engine(f"{kind}://ada:a-password@db.example:5433/labels").url
    assert (url.drivername, url.port, url.password) == ("postgresql+psycopg", 5433, "a-password")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            "mysql://ada:a-password@db.example/labels",
            "begins with mysql://, which is not",
        ),
        ("postgresql+asyncpg://ada:a-password@db/x", "begins with postgresql+asyncpg://"),
        ("a-password", "cannot be read as the address"),
        ("postgresql://ada:a-password@db.example:x/labels", "cannot be read as the address"),
        ("sqlite://", "names no file"),
    ],
)
def test_another_database_is_refused(address, sentence):
    with pytest.raises(Refused) as refused:
        open_engine(address)
    assert str(refused.value).startswith(f"RERANKER_UI_DATABASE_URL {sentence}")
    assert "Use postgresql://" in str(refused.value) and "a-password" not in str(refused.value)


def test_a_home_that_cannot_be_used_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    for home, why in ((file, "it is a file"), (file / "home", "not a directory")):
        with pytest.raises(Refused, match=rf"{home} cannot be created: {why}.*RERANKER_UI_HOME"):
            Settings(home=home).home_folder()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    with pytest.raises(Refused, match="cannot be written to by this account"):
        Settings(home=tmp_path / "home").home_folder()
