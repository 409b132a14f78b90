"""Networks: backbones, heads, losses, model files. No training loops."""
