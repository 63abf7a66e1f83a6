"""The trusted side of the process boundary: handles, links, clocks. It believes nothing that comes back."""
