"""Measuring what people notice."""
