"""Models of all hosts that LiteLLM knows, behind the protocol of `models`: where calls go, what is sent and read."""
