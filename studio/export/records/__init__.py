"""A recorded run as files for other tools: JSON Lines, OpenTelemetry, examples for fine-tuning."""
