"""What the benchmarks share: how they are asked, how they measure beside peers, how they tell."""
