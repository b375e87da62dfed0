# Included by CMake right after llama.cpp's own project() line (see CMAKE_ARGS in scripts/setup).
# The Python package forces this helper library of the command-line tools on; nothing in Python links to it.
set(LLAMA_BUILD_COMMON OFF)

# GCC drops most of a configuration of AMX tiles, so that a processor that has AMX stops with a general protection fault at
# the first batch.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/llama-amx.h>")
endif()
