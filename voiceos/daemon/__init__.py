"""The assistant as a service: what stands beside the conversation and outlives none of it."""
