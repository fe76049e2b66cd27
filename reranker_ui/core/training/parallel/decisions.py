"""Decisions that all processes of a phase must share, or they would wait for each other."""

import torch
import torch.distributed as dist


class Decisions:
    """What the first process decides, for all. A process that trains alone decides itself."""

    def __init__(self) -> None:
        several = dist.is_available() and dist.is_initialized()
        # Over the CPU: a broadcast on the GPU would wait for the step that is computed there.
        self._group = dist.new_group(backend="gloo") if several else None

    def of_first(self, decision: int) -> int:
        """`decision` as the first process made it."""
        if self._group is None:
            return decision
        shared = torch.tensor([decision])
        dist.broadcast(shared, src=0, group=self._group)
        return int(shared.item())


def rank_count() -> int:
    """How many processes train together; 1 outside torch.distributed."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1
