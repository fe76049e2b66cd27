"""One phase of a run on several processes, with torch.distributed."""
