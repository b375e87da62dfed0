# Included by CMake right after llama.cpp's own project() line (see CMAKE_ARGS in scripts/setup).
# The Python package forces this helper library of the command-line tools on; nothing in Python links to it.
set(LLAMA_BUILD_COMMON OFF)

# GCC 12 takes the configuration of AMX tiles (64 bytes) for 8 and drops what is stored in the rest, so that a processor that
# has AMX stops with a general protection fault at the first batch. Without it AVX-512 does the work.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-U__AMX_INT8__)
endif()
