"""Lives that are told to the assistant, to measure what it remembers: data files, who lives them, who judges."""
