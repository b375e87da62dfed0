# Included by CMake right after llama.cpp's own project() line (see CMAKE_ARGS in scripts/setup).
# The Python package forces this helper library of the command-line tools on; nothing in Python links to it.
set(LLAMA_BUILD_COMMON OFF)
