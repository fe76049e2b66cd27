"""All settings read from the environment."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from reranker_ui import settings_faults
from reranker_ui.core.values.filesystems import is_disk_full

CHECKOUT = Path(__file__).resolve().parents[1]

PRIVATE_NETWORKS = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
SECRET = re.compile("TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|_KEY$|DATABASE_URL", re.IGNORECASE)
ASSETS = Path(__file__).resolve().parent.parent / "assets"
JsonList = Annotated[list[str], NoDecode, BeforeValidator(settings_faults.parsed_list)]


class Settings(BaseSettings):
    """Each field is the environment variable `RERANKER_UI_<FIELD>`, or the alias given.

    An empty variable counts as missing. Refused for a value that cannot be used, by its name.
    """

    model_config = SettingsConfigDict(
        env_prefix="RERANKER_UI_", populate_by_name=True, env_ignore_empty=True
    )

    home: Path = Field(Path("~/.reranker-ui"), description="Folder of database, runs and caches.")
    database_url: str | None = Field(
        None,
        description="Address of the database, such as `postgresql://USER:PASSWORD@HOST/NAME`;"
        " SQLite in the home if empty.",
    )
    default_base: str = Field(
        "cross-encoder/ms-marco-MiniLM-L6-v2",
        description="Base model that a new run uses by default.",
    )
    bases: Path | None = Field(
        None,
        description="Folder of the embedded bases, shared by several homes; in the home if empty.",
    )
    threads: int | None = Field(None, ge=1, description="CPU threads of a run; all cores if empty.")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto",
        description="What `auto` means for runs and engines; auto: the fastest that is supported.",
    )
    executors: str = Field(
        "local",
        description="Where runs may train: `local`, `slurm`, `ray` and `hf-jobs`, separated by"
        " commas; the first is the default.",
    )
    run_gpus: int = Field(
        0, ge=0, description="GPUs that a run trains on by default; 0: one, if there is one."
    )
    slurm_partition: str = Field(
        "", description="Slurm partition of a run; the cluster's default if empty."
    )
    slurm_time: str = Field(
        "", description="Time limit of a Slurm job, such as `04:00:00`; the partition's if empty."
    )
    slurm_lines: JsonList = Field(
        [],
        description="Lines added to the batch script, as a JSON list: `#SBATCH` options first, then"
        " commands such as `module load cuda`.",
    )
    slurm_requeue: bool = Field(
        False,
        description="Queue a Slurm job again before its time limit ends it; the run then continues"
        " from its last checkpoint.",
    )
    ray_address: str = Field(
        "http://127.0.0.1:8265", description="Address of the Ray cluster's dashboard and Jobs API."
    )
    ray_token: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("RAY_AUTH_TOKEN"),
        description="Token of a Ray cluster that asks for one.",
    )
    hf_jobs_flavor: str = Field("t4-small", description="Hardware of a Hugging Face job.")
    hf_jobs_timeout: str = Field(
        "4h",
        description="Time limit of a Hugging Face job: a number with `s`, `m`, `h` or `d`, one"
        " minute or more.",
    )
    hf_jobs_namespace: str = Field(
        "", description="User or organization that pays for jobs; that of `HF_TOKEN` if empty."
    )
    hf_jobs_image: str = Field(
        "ghcr.io/astral-sh/uv:python3.12-bookworm",
        description="Image of a Hugging Face job, with Python and uv.",
    )
    server_name: str = Field(
        "127.0.0.1",
        validation_alias=AliasChoices("RERANKER_UI_SERVER_NAME", "GRADIO_SERVER_NAME"),
        description="Address the page is served on.",
    )
    server_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("RERANKER_UI_SERVER_PORT", "GRADIO_SERVER_PORT"),
        description="Port; the first free one from 7860 if empty.",
    )
    root_path: str = Field(
        "",
        validation_alias=AliasChoices("RERANKER_UI_ROOT_PATH", "GRADIO_ROOT_PATH"),
        description="Path below which a proxy serves the page, such as `/rank`.",
    )
    max_upload_bytes: int = Field(1_000_000_000, description="Largest upload, in bytes.")
    max_rows: int = Field(2_000_000, description="Most records in one import.")
    max_columns: int = Field(256, description="Most columns in one import.")
    max_cell_characters: int = Field(100_000, description="Longest cell, in characters.")
    max_decoded_bytes: int = Field(
        2_000_000_000,
        description="Largest size of a packed file when unpacked: of a ZIP, gzipped or Parquet"
        " file, or workbook.",
    )
    image_hosts: str = Field(
        "",
        description="Hosts whose images are shown where a further column holds their address,"
        " separated by commas; none if empty: addresses are then shown as text.",
    )
    parser_idle_seconds: float = Field(
        30.0, description="A file reader without progress for this long is stopped."
    )
    engine: Literal["auto", "torch"] = Field(
        "auto", description="auto: use OpenVINO if its scores match torch; torch: never."
    )
    model_memory_bytes: int = Field(
        2_000_000_000, description="Memory for loaded models, in bytes."
    )

    sign_in: Literal["auto", "password"] = Field(
        "auto", description="`password` requires sign-in on this machine too, as behind a proxy."
    )
    trusted_proxies: str | None = Field(
        None,
        description="Proxies whose `X-Forwarded-For` is trusted: addresses or networks, separated"
        " by commas; none if empty, on a Space the private networks.",
    )
    newcomers: Literal["none", "viewer", "annotator"] = Field(
        "none", description="Role on a Space of people who sign in without an invite."
    )
    demo: bool = Field(False, description="Serve the Playground only, read-only, without sign-in.")
    demo_title: str = Field("", description="Title of a demo.")
    demo_text: str = Field("", description="Text below the title of a demo.")
    demo_dataset: str = Field("", description="Dataset of a demo; that of its run if empty.")
    demo_run: str = Field("", description="Run of a demo, by number or name; the newest if empty.")
    demo_queries: JsonList = Field([], description="Example queries of a demo, as a JSON list.")
    rate_limit: float = Field(30.0, description="Changes per second and person; 0 for no limit.")
    backup: str | None = Field(
        None,
        description="Backup location: a folder or `hf://datasets/ORG/NAME`; no backups if empty.",
    )
    backup_seconds: float = Field(60.0, description="Seconds between backups of changes.")
    backup_token: SecretStr | None = Field(
        None, description="Hub token for backups; `HF_TOKEN` if empty."
    )
    log_format: Literal["text", "json"] = Field("text", description="Log lines as text or JSON.")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str | None) -> str:
        names = [name.strip() for name in (value or "").split(",") if name.strip()]
        try:
            return ",".join(str(ip_network(name)) for name in names)
        except ValueError as error:
            raise ValueError(f"addresses or networks, such as 10.0.0.0/8: {error}") from error

    @model_validator(mode="wrap")
    @classmethod
    def _as_refused(cls, values: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return check(values)
        except ValidationError as error:
            raise settings_faults.refused(error, cls.model_fields, SECRET) from error

    def executor_names(self) -> list[str]:
        """The names in `executors`; the first is the default."""
        names = [name for part in self.executors.split(",") if (name := part.strip().lower())]
        return names or ["local"]

    def image_host_names(self) -> list[str]:
        """The hosts of `image_hosts`."""
        return [name.strip().lower() for name in self.image_hosts.split(",") if name.strip()]

    def home_folder(self) -> Path:
        """The home as an absolute path, created if missing. Refused where it cannot be used."""
        home = self.home.expanduser().resolve()
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            if is_disk_full(error):
                raise
            why = "it is a file" if home.is_file() else (error.strerror or str(error)).lower()
            raise settings_faults.home_refused(home, f"cannot be created: {why}") from error
        if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            raise settings_faults.home_refused(home, "cannot be written to by this account")
        return home

    def sub_path(self) -> str:
        """The path under which a proxy serves the page, such as "/rank"; "" for none."""
        path = urlsplit(self.root_path).path.strip("/")
        return f"/{path}" if path else ""

    def token_for_backups(self) -> str | None:
        """The Hub token for backups."""
        token = self.backup_token.get_secret_value() if self.backup_token else None
        return token or hub_token()

    def token_for_ray(self) -> str | None:
        """The token of the Ray cluster; None where it asks for none."""
        return self.ray_token.get_secret_value() if self.ray_token else None

    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home_folder() / 'reranker-ui.db'}"


class Space(BaseSettings):
    """The environment that Hugging Face gives an app that runs as a Space; empty elsewhere."""

    system: str = Field("", validation_alias="SYSTEM")
    id: str = Field("", validation_alias="SPACE_ID")
    host: str = Field("", validation_alias="SPACE_HOST")
    creator: str = Field("", validation_alias="SPACE_CREATOR_USER_ID")
    client_id: str = Field("", validation_alias="OAUTH_CLIENT_ID")
    client_secret: SecretStr = Field(SecretStr(""), validation_alias="OAUTH_CLIENT_SECRET")
    provider: str = Field("https://huggingface.co", validation_alias="OPENID_PROVIDER_URL")

    @property
    def here(self) -> bool:
        """Whether the app runs as a Space."""
        return self.system == "spaces" and bool(self.id)

    @property
    def has_sign_in(self) -> bool:
        """Whether users sign in with Hugging Face."""
        return self.here and bool(self.client_id and self.client_secret.get_secret_value())

    @property
    def hosts(self) -> list[str]:
        """The host names of the Space."""
        return [name.strip() for name in self.host.split(",") if name.strip()]


def trust_proxies(networks: str) -> None:
    """Make the web server trust forwarded addresses of these networks only.

    uvicorn reads this variable; where it is missing, it trusts every process of this machine.
    """
    os.environ["FORWARDED_ALLOW_IPS"] = networks


def share_uploads(folder: Path) -> None:
    """Have Gradio keep uploads and exports in `folder`, unless GRADIO_TEMP_DIR names another."""
    os.environ.setdefault("GRADIO_TEMP_DIR", str(folder))


def worker_environment() -> dict[str, str]:
    """The environment of a worker: that of this process without secrets.

    It contains the path of this package, so that any working directory works.
    """
    variables = {name: value for name, value in os.environ.items() if not SECRET.search(name)}
    python_path = variables.get("PYTHONPATH")
    return variables | {
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *([python_path] if python_path else [])])
    }


def hub_token() -> str | None:
    """The Hub token of the server's environment; None where there is none."""
    return os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN") or None


def secret(name: str) -> str | None:
    """The value of a secret that the manifest names; None where it is not set."""
    return os.environ.get(name) or None


def secret_values() -> list[str]:
    """The values of variables with names of secrets, which must never be written anywhere."""
    return [value for name, value in os.environ.items() if SECRET.search(name)]
