"""The recipe: everything a run is made of, as one validated value."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_BASE = "cross-encoder/ms-marco-MiniLM-L6-v2"
EMBEDDED_BASE = "embedded"


class Recipe(BaseModel):
    """How a base model becomes a reranker. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "quick"
    base: str = DEFAULT_BASE
    warm_start: Literal["auto", "on", "off"] = "auto"
    pos_weight: Annotated[float, Field(ge=0.1, le=100)] | Literal["auto"] = "auto"
    epochs: Annotated[float, Field(gt=0, le=1000)] = 2
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 32
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-4
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.1
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    max_length: Annotated[int, Field(ge=8, le=8192)] = 256
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 42
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    train_embeddings: bool = False
    dropout: bool = False
    warm_start_pairs: Annotated[int, Field(ge=1, le=1_000_000)] = 4200
    warm_start_learning_rate: Annotated[float, Field(gt=0, le=1)] = 2e-4


PRESETS: dict[str, Recipe] = {
    "quick": Recipe(),
    "quality": Recipe(name="quality", epochs=3, batch_size=16, learning_rate=5e-5),
}
