"""What the model is told, as Markdown."""
