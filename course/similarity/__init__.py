"""Hand-ins that are alike: a reason to look and to talk, never a proof."""
